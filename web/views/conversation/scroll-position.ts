/** Within this distance of the end, the list counts as at its end and follows new messages. */
const END_PX = 48;

/**
 * Keeps the visible messages in place while others come in above and below. The browser's scroll anchoring is off: not
 * every browser has it, and it cannot stay at the end.
 */
export function createScrollPosition(log: HTMLElement) {
  let isAtEnd = true;
  let anchor: { readonly row: HTMLElement; readonly top: number } | undefined;

  const rows = () => log.getElementsByClassName('message') as HTMLCollectionOf<HTMLElement>;

  /** The first row that reaches below `y`. A binary search, because there may be thousands of rows. */
  const firstBelow = (y: number): HTMLElement | undefined => {
    const all = rows();
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const row = all[middle] as HTMLElement;
      if (row.offsetTop + row.offsetHeight <= y) low = middle + 1;
      else high = middle;
    }
    return all[low];
  };

  /** Call it after each scroll, by the user or by this code. */
  const save = () => {
    isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < END_PX;
    const row = firstBelow(log.scrollTop);
    anchor = row && { row, top: row.offsetTop - log.scrollTop };
  };

  const toEnd = () => {
    log.scrollTop = log.scrollHeight;
    save();
  };

  return {
    get isAtEnd() {
      return isAtEnd;
    },
    save,
    toEnd,
    /** Call it after the rows or the size of the list have changed. */
    restore(): void {
      if (isAtEnd) log.scrollTop = log.scrollHeight;
      else if (anchor?.row.isConnected) log.scrollTop = anchor.row.offsetTop - anchor.top;
      save();
    },
    /** Scrolls a row into the upper third, where users look first. */
    show(row: HTMLElement): void {
      log.scrollTop = row.offsetTop - log.clientHeight / 4;
      save();
    },
    isOnScreen({ offsetTop: top, offsetHeight: height }: HTMLElement): boolean {
      return top < log.scrollTop + log.clientHeight && top + height > log.scrollTop;
    },
    /** The last message whose end is on the screen, and which matches. */
    lastSeen(matches: (row: HTMLElement) => boolean): HTMLElement | undefined {
      const bottom = log.scrollTop + log.clientHeight + 1;
      let row = firstBelow(bottom - 1) ?? (rows()[rows().length - 1] as HTMLElement | undefined);
      while (row && (row.offsetTop + row.offsetHeight > bottom || !matches(row))) row = previousMessage(row);
      return row;
    },
  };
}

function previousMessage(row: HTMLElement): HTMLElement | undefined {
  for (let before = row.previousElementSibling; before; before = before.previousElementSibling) {
    if (before.classList.contains('message')) return before as HTMLElement;
  }
  return undefined;
}
