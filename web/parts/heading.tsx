import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  readonly children: ComponentChildren;
  /** Takes the focus when the view appears, so that who cannot see it hears where they are. */
  readonly focus?: boolean;
  readonly unseen?: boolean;
}

/** The heading of a view. */
export function Heading({ children, focus = false, unseen = false }: Props) {
  const own = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) own.current?.focus({ preventScroll: true });
  }, [focus]);
  return (
    <h1 ref={own} tabIndex={-1} class={unseen ? 'unseen' : undefined}>
      {children}
    </h1>
  );
}
