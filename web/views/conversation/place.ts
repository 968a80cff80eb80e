/** Nearer to the end than this is at the end: new messages then move up by themselves. */
const END_PX = 48;

/**
 * Keeps what one reads where it is while messages come in above and below it. The browser's own scroll anchoring is off:
 * it is not everywhere, and it knows nothing of "at the end".
 */
export function createPlace(log: HTMLElement) {
  let isAtEnd = true;
  let anchor: { readonly row: HTMLElement; readonly top: number } | undefined;

  const rows = () => log.getElementsByClassName('message') as HTMLCollectionOf<HTMLElement>;

  /** The first row of which something shows below the line, by halving: there may be thousands. */
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

  /** Takes note of where the reader is: after they scrolled, and after we did. */
  const note = () => {
    isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < END_PX;
    const row = firstBelow(log.scrollTop);
    anchor = row && { row, top: row.offsetTop - log.scrollTop };
  };

  const toEnd = () => {
    log.scrollTop = log.scrollHeight;
    note();
  };

  return {
    get isAtEnd() {
      return isAtEnd;
    },
    note,
    toEnd,
    /** After the rows or the room for them changed. */
    settle(): void {
      if (isAtEnd) log.scrollTop = log.scrollHeight;
      else if (anchor?.row.isConnected) log.scrollTop = anchor.row.offsetTop - anchor.top;
      note();
    },
    /** Brings a row to the upper third, where one looks first. */
    show(row: HTMLElement): void {
      log.scrollTop = row.offsetTop - log.clientHeight / 4;
      note();
    },
    /** The `seq` of the last message that is on the screen as a whole, or at least to its end. */
    lastSeen(): number | undefined {
      const bottom = log.scrollTop + log.clientHeight + 1;
      let row = firstBelow(bottom - 1) ?? (rows()[rows().length - 1] as HTMLElement | undefined);
      while (row && (row.offsetTop + row.offsetHeight > bottom || !row.dataset.seq)) {
        row = previousMessage(row);
      }
      return row ? Number(row.dataset.seq) : undefined;
    },
  };
}

function previousMessage(row: HTMLElement): HTMLElement | undefined {
  for (let before = row.previousElementSibling; before; before = before.previousElementSibling) {
    if (before.classList.contains('message')) return before as HTMLElement;
  }
  return undefined;
}
