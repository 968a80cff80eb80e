import type { Report } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { announce } from '../../parts/announcer.tsx';
import { Switch } from '../../parts/switch.tsx';
import { Bar, Heading, useTitle } from '../../parts/view-head.tsx';
import { client } from '../../state/chat.ts';
import { errorText } from '../../state/error-texts.ts';
import { texts } from '../../texts.ts';
import { ReportCard } from './report-card.tsx';

const words = texts.reports;

/** What users have reported, for the staff: the open reports, the oldest first, or the resolved ones, the newest first. */
export function Reports() {
  useTitle(words.title);
  const state = useSignal<'open' | 'resolved'>('open');
  const reports = useSignal<readonly Report[]>([]);
  const next = useSignal<string | null>(null);
  const isLoading = useSignal(true);
  const error = useSignal<unknown>(undefined);
  const heading = useRef<HTMLDivElement>(null);

  const load = async (from?: string) => {
    const asked = state.peek();
    isLoading.value = true;
    error.value = undefined;
    try {
      const page = await client.reports({ state: asked, ...(from !== undefined && { next: from }) });
      // Meanwhile the other reports may have been asked for.
      if (state.peek() !== asked) return;
      reports.value = [...(from === undefined ? [] : reports.peek()), ...page.results];
      next.value = page.next;
    } catch (failure) {
      if (state.peek() !== asked) return;
      error.value = failure;
    }
    isLoading.value = false;
  };
  useEffect(() => void load(), []);

  const show = (isResolved: boolean) => {
    state.value = isResolved ? 'resolved' : 'open';
    reports.value = [];
    next.value = null;
    return load();
  };
  const leave = (gone: Report) => {
    reports.value = reports.peek().filter(({ id }) => id !== gone.id);
    announce(words.resolved(gone.user.username));
    // The button that had the focus is gone.
    heading.current?.querySelector('h1')?.focus();
  };

  const count = reports.value.length;
  const status = isLoading.value
    ? texts.loading
    : error.value !== undefined
      ? ''
      : (next.value === null ? words.count : words.countAndMore)(count);
  return (
    <div class="view reports">
      <Bar>
        <div ref={heading}>
          <Heading focus>{words.title}</Heading>
        </div>
      </Bar>
      <div class="page">
        <Switch
          label={words.showResolved}
          hint={words.showResolvedHint}
          isOn={state.value === 'resolved'}
          onChange={show}
        />
        <p class="aside" role="status">
          {status}
        </p>
        {error.value !== undefined && (
          <p class="refusal" role="alert">
            {errorText(error.value)}{' '}
            <button type="button" onClick={() => void load(next.value ?? undefined)}>
              {texts.tryAgain}
            </button>
          </p>
        )}
        {reports.value.map((report) => (
          <ReportCard key={report.id} report={report} onResolved={() => leave(report)} />
        ))}
        {next.value !== null && (
          <div class="actions">
            <button
              type="button"
              aria-disabled={isLoading.value}
              onClick={() => !isLoading.peek() && void load(next.peek() ?? undefined)}
            >
              {words.more}
            </button>
          </div>
        )}
      </div>
    </div>
  );
}
