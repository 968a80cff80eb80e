import type { ModeratedUser, Report, ReportedMessage, Resolution } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Field } from '../../parts/field.tsx';
import { useRequest } from '../../parts/use-request.ts';
import { client } from '../../state/chat.ts';
import { fullTime } from '../../state/times.ts';
import { texts } from '../../texts.ts';

const words = texts.reports;
const reasons: Readonly<Record<string, string>> = texts.report.reasons;

const RESOLUTIONS = {
  dismissed: words.resolutions.dismissed,
  warned: words.resolutions.warned,
  suspended: words.resolutions.suspended,
};

interface Props {
  readonly report: Report;
  readonly onResolved: () => void;
}

/** One report: who is reported, why, by whom, and what was written. */
export function ReportCard({ report, onResolved }: Props) {
  const id = useId();
  const { user, reporter, resolution } = report;
  return (
    <article class="report" aria-labelledby={id}>
      <h2 id={id}>
        {words.about(user.username)} <small>{reasons[report.reason] ?? report.reason}</small>
      </h2>
      <p class="aside">{words.by(reporter.username, fullTime(new Date(report.created_at)))}</p>
      {report.text !== null && (
        <blockquote>
          <bdi>{report.text}</bdi>
        </blockquote>
      )}
      {report.message && <Messages message={report.message} />}
      {user.deleted && <p>{words.deleted}</p>}
      {resolution ? (
        <p>
          {RESOLUTIONS[resolution.action](resolution.by.username, fullTime(new Date(resolution.created_at)))}
          {resolution.note !== null && (
            <>
              {' '}
              <bdi>{resolution.note}</bdi>
            </>
          )}
        </p>
      ) : (
        <Resolve report={report} onResolved={onResolved} />
      )}
      <Suspension user={user} />
    </article>
  );
}

/** The reported message, among the beginnings of those around it. */
function Messages({ message }: { readonly message: ReportedMessage }) {
  const before = message.around.filter(({ seq }) => seq < message.seq);
  const behind = message.around.filter(({ seq }) => seq > message.seq);
  const rows = [...before, message, ...behind];
  return (
    <ol class="reported" aria-label={words.messages}>
      {rows.map((row) => (
        <li key={row.seq} class={row === message ? 'it' : undefined}>
          <bdi class="sender">{row.sender}</bdi>{' '}
          <time dateTime={row.created_at}>{fullTime(new Date(row.created_at))}</time>
          {row === message && <span class="unseen">{words.reported}</span>}
          <p dir="auto">{row.message}</p>
        </li>
      ))}
    </ol>
  );
}

function Resolve({ report: { id, user }, onResolved }: Props) {
  const note = useSignal('');
  const resolve = (action: Resolution['action']) => async () => {
    const text = note.peek().trim();
    // If the second request fails, the report stays open, and the same button does the rest.
    if (action === 'suspended') await client.suspend(user.id);
    await client.resolveReport(id, { action, ...(text !== '' && { note: text }) });
    onResolved();
  };
  const dismiss = useRequest(resolve('dismissed'));
  const warn = useRequest(resolve('warned'));
  const suspend = useRequest(resolve('suspended'));
  const error = dismiss.error.value ?? warn.error.value ?? suspend.error.value;
  return (
    <>
      <Field
        label={words.note}
        name="note"
        autocomplete="off"
        current={note.value}
        onType={(text) => {
          note.value = text;
        }}
      />
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <div class="actions">
        <button type="button" aria-disabled={dismiss.isBusy.value} onClick={dismiss.run}>
          {words.dismiss}
        </button>
        <button type="button" aria-disabled={warn.isBusy.value} onClick={warn.run}>
          {words.warned}
        </button>
        {!user.deleted && (
          <button type="button" aria-disabled={suspend.isBusy.value} onClick={suspend.run}>
            {words.suspend(user.username)}
          </button>
        )}
      </div>
    </>
  );
}

/** That the user is suspended, and the end of it. */
function Suspension({ user }: { readonly user: ModeratedUser }) {
  const isOver = useSignal(false);
  const { run, isBusy, error } = useRequest(async () => {
    await client.restore(user.id);
    isOver.value = true;
  });
  if (!user.suspended) return null;
  return (
    <p role="status">
      {isOver.value ? words.restored(user.username) : words.suspended(user.username)}{' '}
      {!isOver.value && (
        <button type="button" aria-disabled={isBusy.value} onClick={run}>
          {words.restore(user.username)}
        </button>
      )}
      {error.value}
    </p>
  );
}
