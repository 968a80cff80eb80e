import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { RECENT_MESSAGES } from '../../functions/core/messages/find-earlier.ts';
import * as groupRequests from '../../functions/protocol/group-requests.ts';
import { MAX_BODY_BYTES, MAX_MESSAGE_BODY_BYTES } from '../../functions/protocol/json-body.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from '../../functions/protocol/paging.ts';
import * as reportRequests from '../../functions/protocol/report-requests.ts';
import * as requests from '../../functions/protocol/requests.ts';
import * as settingsRequests from '../../functions/protocol/settings-requests.ts';
import { MAX_MESSAGE_LENGTH } from '../../functions/protocol/text.ts';
import { readSettings } from '../../lib/settings.ts';
import { CHECKED } from './bodies.ts';
import { DOCUMENT, OPERATIONS, resolved } from './document.ts';

/** Keywords for people; the code does not have them. */
const PROSE = ['description', 'examples', '$schema'];

/** A schema without its prose and with sorted lists. */
function essence(schema: unknown): unknown {
  const node = resolved(schema);
  if (Array.isArray(node)) return node.map(essence).sort();
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !PROSE.includes(key))
      .map(([key, value]) => [key, essence(value)]),
  );
}

const withBody = OPERATIONS.filter(({ described }) => described.requestBody);

describe('the document and functions/protocol agree on', () => {
  it('which operations have a body', () => {
    expect(withBody.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      Object.keys(CHECKED).sort(),
    );
    const schemas = Object.entries({
      ...requests,
      ...groupRequests,
      ...reportRequests,
      ...settingsRequests,
    }).filter(([name]) => name.endsWith('Request'));
    expect(new Set(Object.values(CHECKED))).toEqual(new Set(schemas.map(([, schema]) => schema)));
  });

  it.each(withBody)(
    'the body of $method $path: fields, types, lengths, patterns',
    ({ method, path, described }) => {
      const documented = described.requestBody.content['application/json'].schema;
      const checked = z.toJSONSchema(CHECKED[`${method} ${path}`] as z.ZodMiniType, { io: 'input' });
      expect(essence(documented)).toEqual(essence(checked));
    },
  );

  it.each(withBody)('the examples of $method $path', ({ method, path, described }) => {
    for (const example of Object.values<{ value: unknown }>(
      described.requestBody.content['application/json'].examples,
    )) {
      expect(z.safeParse(CHECKED[`${method} ${path}`] as z.ZodMiniType, example.value).error).toBeUndefined();
    }
  });

  it('the size of pages, messages and bodies', () => {
    const { limit } = DOCUMENT.components.parameters;
    const { UserPage, MessagePage, ConversationPage, MessageWindow, Message, StoredMessage } =
      DOCUMENT.components.schemas;
    const { NewMessage, MessageEdit } = DOCUMENT.components.schemas;
    expect(limit.schema.default).toBe(DEFAULT_LIMIT);
    expect(limit.description).toContain(`More than ${MAX_LIMIT} counts as ${MAX_LIMIT}`);
    for (const page of [UserPage, MessagePage, ConversationPage, MessageWindow])
      expect(page.properties.results.maxItems).toBe(MAX_LIMIT);
    for (const message of [Message, StoredMessage])
      expect(message.properties.message.maxLength).toBe(MAX_MESSAGE_LENGTH);
    for (const given of [NewMessage, MessageEdit])
      expect(given.properties.text.description).toContain(`1 to ${MAX_MESSAGE_LENGTH} characters`);
    expect(DOCUMENT.info.description).toContain(`${MAX_BODY_BYTES / 1024} KiB`);
    expect(DOCUMENT.info.description).toContain(`${MAX_MESSAGE_BODY_BYTES / 1024} KiB`);
  });

  it('the rate limit, and how far back a retry is recognised', () => {
    const { floodMessages, floodSeconds } = readSettings(new App().node);
    const { description } = DOCUMENT.paths['/conversations/{conversation}/messages'].post;
    expect(description).toContain(`${floodMessages} messages in ${floodSeconds} seconds`);
    expect(description).toContain(`last ${RECENT_MESSAGES} messages`);
  });
});
