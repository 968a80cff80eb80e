import { useEffect, useId, useRef } from 'preact/hooks';
import { announce } from '../../parts/announcer.tsx';
import { paths } from '../../state/paths.ts';
import { texts } from '../../texts.ts';

const words = texts.invitations;

/** A new link, to copy. Nobody can read it again later. */
export function InvitationLink({ token }: { readonly token: string }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const link = new URL(paths.join(token), location.href).href;
  // Whoever has asked for it copies it next.
  useEffect(() => field.current?.focus(), []);
  const copy = () =>
    navigator.clipboard.writeText(link).then(
      () => announce(texts.changes.copied),
      () => field.current?.focus(),
    );
  return (
    <div class="field">
      <label for={id}>{words.link}</label>
      <div class="actions">
        <input
          ref={field}
          id={id}
          readOnly
          value={link}
          aria-describedby={`${id}-hint`}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        {/* Only on secure origins. Elsewhere, the field is selected. */}
        {'clipboard' in navigator && (
          <button type="button" onClick={() => void copy()}>
            {texts.changes.copy}
          </button>
        )}
      </div>
      <p class="hint" id={`${id}-hint`}>
        {words.once}
      </p>
    </div>
  );
}
