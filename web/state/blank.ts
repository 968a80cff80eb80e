/** What the server takes for blank: white space, control characters, and characters that nobody sees. A test compares them. */
const UNSEEN =
  /^[\s\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\u{1d159}\u{16fe4}]*$/u;

/** Whether there is nothing to read in a text: the server would refuse it. */
export const isBlank = (text: string): boolean => UNSEEN.test(text);
