import { asStaff } from '../core/accounts/staff.ts';
import { listReports, resolveReport } from '../core/reports/moderate.ts';
import { audited } from '../middleware/audited.ts';
import { json, noContent } from '../middleware/http-replies.ts';
import { baseUrl, readInput } from '../middleware/http-stack.ts';
import { userStack } from '../middleware/user-stack.ts';
import { readReportPaging } from '../protocol/paging.ts';
import { reportBody } from '../protocol/report-bodies.ts';
import { resolutionRequest } from '../protocol/report-requests.ts';
import { openAudit, openHttpEntry, openUserAccess, wireModeration } from '../runtime/wiring.ts';

const access = openUserAccess();
const reporting = openHttpEntry();
const audit = openAudit(access.table);
const dependencies = { ...wireModeration(access.table), audit };

/**
 * For staff. `GET /reports/`: a page of the reports. `POST /reports/{report_id}/resolve/`: keeps what was done about one, and takes it
 * from the open ones; 204.
 */
export const handler = userStack(reporting, access)
  .use(audited(audit, reporting))
  .handler(async (event) => {
    const { userId } = event.identity;
    const id = event.pathParameters?.report_id?.toLowerCase();
    if (id !== undefined) {
      const resolution = readInput(resolutionRequest, event);
      await asStaff(dependencies, userId, (by) => resolveReport(dependencies, id, { ...resolution, by }));
      return noContent;
    }
    const paging = readReportPaging(event.queryStringParameters ?? {});
    const { reports, people, next } = await asStaff(dependencies, userId, (by) =>
      listReports(dependencies, paging, by),
    );
    const { state, limit } = paging;
    const query = next && new URLSearchParams({ state, limit: String(limit), cursor: next });
    return json(200, {
      next: query ? `${baseUrl(event)}/reports/?${query}` : null,
      results: reports.map((report) => reportBody(report, people)),
    });
  });
