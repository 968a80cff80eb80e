/**
 * MiniStack waits 50 ms after each invocation for a line on stderr, and only 5 ms after a line. So this writes an empty line
 * before each result. It is loaded into the functions' processes (NODE_OPTIONS) and changes nothing else.
 */
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (...content) => {
  process.stderr.write('\n');
  return write(...content);
};
