import type { TargetedKeyboardEvent } from 'preact';
import { texts } from '../../texts.ts';

/** The button of its menu, in the row of a message. */
export const menuButton = (row: Element | null | undefined): HTMLElement | null =>
  row?.querySelector<HTMLElement>('.message-menu') ?? null;

const UP_AND_DOWN: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };
const SIDEWAYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** The arrow keys lead along the buttons of one message. */
export function alongRow(event: TargetedKeyboardEvent<HTMLElement>): void {
  const step = SIDEWAYS[event.key];
  if (step === undefined) return;
  const turned = texts.direction === 'rtl' ? -step : step;
  toNeighbour(event, '.message', '.quote, .message-menu, .reaction', turned);
}

/** They also lead from the menu of one message to those of the others. */
export function alongList(event: TargetedKeyboardEvent<HTMLElement>): void {
  alongRow(event);
  const step = UP_AND_DOWN[event.key];
  if (step !== undefined) toNeighbour(event, 'ul', '.message-menu', step);
}

function toNeighbour(
  event: TargetedKeyboardEvent<HTMLElement>,
  around: string,
  button: string,
  step: number,
): void {
  const { currentTarget: from } = event;
  const buttons = [...(from.closest(around)?.querySelectorAll<HTMLElement>(button) ?? [])];
  if (buttons.length === 0) return;
  // Otherwise the list would scroll, too.
  event.preventDefault();
  buttons[buttons.indexOf(from) + step]?.focus();
}
