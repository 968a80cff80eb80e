import { ratios, spreadOf } from './summary.ts';

/** A measured quantity, with one value for each run. */
export interface Figure {
  /** Unique in all parts, such as `pair.acked.p50`. */
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  readonly runs: readonly number[];
  /** The ratios to the figures of the floor that were measured in the same runs. */
  readonly over?: Readonly<Partial<Record<Floor, readonly number[]>>>;
}

/** A figure is compared with one of these: a relay that only passes frames on, or one put of an item. */
export type Floor = 'relay' | 'put';

export interface Section {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** A table of another form. Default: one row for each figure. */
  readonly shown?: string;
  readonly notes?: readonly string[];
}

/** A figure with its ratios to the floor. */
export function figure(
  id: string,
  name: string,
  unit: string,
  runs: readonly number[],
  floor: Readonly<Partial<Record<Floor, readonly number[]>>> = {},
): Figure {
  const over = Object.entries(floor).map(([what, values]) => [what, ratios(runs, values)]);
  return { id, name, unit, runs, ...(over.length > 0 && { over: Object.fromEntries(over) }) };
}

/** The section as a Markdown table. */
export function markdownOf({ title, figures, shown = tableOf(figures), notes = [] }: Section): string {
  return [`## ${title}`, '', shown, ...notes.map((note) => `\n${note}`)].join('\n');
}

function tableOf(figures: readonly Figure[]): string {
  const floors = (['relay', 'put'] as const).filter((floor) => figures.some(({ over }) => over?.[floor]));
  const names = { relay: 'over the bare relay', put: 'over one put' };
  const head = ['figure', 'min', 'median', 'max', 'unit', ...floors.map((floor) => names[floor])];
  const rows = figures.map(({ name, unit, runs, over }) => {
    const { min, median, max } = spreadOf(runs);
    const compared = floors.map((floor) => (over?.[floor] ? rounded(spreadOf(over[floor]).median) : ''));
    return [name, rounded(min), rounded(median), rounded(max), unit, ...compared];
  });
  return table([head, ...rows]);
}

/** A Markdown table with aligned columns. The first row is its head. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => [...(row[column] ?? '')].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] as number)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** Three digits that matter, and no more of a large number. */
export function rounded(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
