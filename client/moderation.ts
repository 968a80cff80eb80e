import {
  fieldsOf,
  type NewReport,
  type NewResolution,
  type ReportPage,
  type ReportReceipt,
  type SecurityEventPage,
} from './contract/http-types.ts';
import { ParleyError } from './errors.ts';
import { isId } from './ids.ts';
import type { Api } from './session/api.ts';

/** Reports, and what staff do about them. */
export function createModeration({ get, request }: Pick<Api, 'get' | 'request'>) {
  // With a dot, the path would be another one.
  const of = async (userId: string): Promise<string> => {
    if (!isId(userId)) throw new ParleyError('user_not_found', 'This is not the id of a user.');
    return `/users/${userId}`;
  };

  return {
    report: (report: NewReport): Promise<ReportReceipt> =>
      request('POST', '/reports', fieldsOf('NewReport', report)),
    list: ({ state = 'open', next }: ReportQuery = {}): Promise<ReportPage> =>
      get(`/reports${next ? new URL(next).search : `?state=${state}`}`),
    resolve: (id: string, resolution: NewResolution): Promise<void> =>
      request('POST', `/reports/${encodeURIComponent(id)}/resolve`, fieldsOf('NewResolution', resolution)),
    suspend: async (userId: string): Promise<void> => request('PUT', `${await of(userId)}/suspension`),
    restore: async (userId: string): Promise<void> => request('DELETE', `${await of(userId)}/suspension`),
    events: async (userId: string, next?: string): Promise<SecurityEventPage> =>
      get(`${await of(userId)}/audit${next ? new URL(next).search : ''}`),
  };
}

export interface ReportQuery {
  readonly state?: 'open' | 'resolved';
  /** `next` of the page before. */
  readonly next?: string;
}
