import type { Message } from '@parley/client';
import { useEffect } from 'preact/hooks';
import { announce } from '../../parts/announcer.tsx';
import { Icon } from '../../parts/icon.tsx';
import { texts } from '../../texts.ts';
import type { Edited } from './message-actions.ts';

const words = texts.changes;

interface Props {
  readonly edited: Edited;
  /** The message as it is now. */
  readonly present: Message | undefined;
  readonly onCancel: () => void;
}

/** Stands above the field while it holds the text of a message. */
export function EditLine({ edited: { version }, present, onCancel }: Props) {
  const isDeleted = present?.deletedAt !== undefined;
  const isChanged = present !== undefined && !isDeleted && present.version !== version;
  useEffect(() => {
    if (isDeleted) announce(words.wasDeleted);
    else if (isChanged) announce(`${words.editedMeanwhile} ${present.text}`);
  }, [isDeleted, isChanged, present?.version]);
  return (
    <div class="edit-line">
      <Icon name="pencil" />
      <div id="edit-line">
        <strong>{words.editing}</strong>
        {isDeleted && <p class="error">{words.wasDeleted}</p>}
        {isChanged && <p>{words.editedMeanwhile}</p>}
        {present && !isDeleted && (
          <p class={isChanged ? 'whole' : 'beginning'} dir="auto">
            {present.text}
          </p>
        )}
      </div>
      <button type="button" class="plain" aria-label={words.cancel} title={words.cancel} onClick={onCancel}>
        <Icon name="close" />
      </button>
    </div>
  );
}
