const shapes = {
  back: 'M15 5l-7 7 7 7',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.6-3.6 3.2-5.5 6.5-5.5s5.9 1.9 6.5 5.5M16 4.5a3.3 3.3 0 0 1 0 6.2M18 14.8c2 .8 3.2 2.5 3.5 5.2',
  group:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.6-3.6 3.2-5.5 6.5-5.5s5.9 1.9 6.5 5.5M18.5 7v7M15 10.5h7',
  send: 'M4 12l16-8-6 16-2.5-6.5z',
  down: 'M12 5v13M6 12.5l6 6 6-6',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2',
  check: 'M4.5 12.5l5 5 10-11',
  checks: 'M1.5 12.5l5 5 10-11M12.5 16.5l1 1 9.5-11',
  block: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM5.7 5.7l12.6 12.6',
  flag: 'M5 21V4M5 4.5h13l-3 4.5 3 4.5H5',
  more: 'M12 5.5v.01M12 12v.01M12 18.5v.01',
  pencil: 'M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19zM14 6.5l3.5 3.5',
  close: 'M6 6l12 12M18 6L6 18',
  reply: 'M10 5l-7 7 7 7M3.5 12H13c4.5 0 7 2.5 7.5 7',
  muted: 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5',
  pin: 'M12 15v6M8 4h8M9 4v5l-3 4v2h12v-2l-3-4V4',
  warning: 'M12 8v5.5M12 17v.2M12 3.5L2.5 20h19z',
} as const;

/** These icons point in the reading direction. */
const mirrored: ReadonlySet<string> = new Set(['back', 'send', 'reply']);

/** Hidden from screen readers, because a text beside it says the same. */
export function Icon({ name }: { readonly name: keyof typeof shapes }) {
  return (
    <svg
      class={mirrored.has(name) ? 'icon turns' : 'icon'}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
