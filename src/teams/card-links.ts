/** Addresses a card may point to. Formats of the portals: docs/operating.md, "Links"; none of them is documented by Microsoft. */
import { gzipSync } from 'node:zlib';
import type { Case } from '../hunt/case.ts';
import type { NoticeContext } from '../hunt/notice.ts';

export interface CardLinks {
  /** The device in Defender, for a card about one device. */
  readonly device?: string;
  /** The query in Defender's advanced hunting. */
  readonly hunting?: string;
  /** The query in Log Analytics. */
  readonly logs?: string;
  /** Our own page of the case, with all its devices. */
  readonly page?: string;
}

/** Which portals a tenant uses; see the settings. */
export interface Portals {
  readonly tenantId?: string;
  /** For example `https://security.microsoft.com`. */
  readonly defender: string;
  /** For example `https://portal.azure.com`. */
  readonly azure: string;
  /** Workspace alias → Azure resource id. */
  readonly workspaceIds: ReadonlyMap<string, string>;
}

/** Longer addresses are cut by chat clients and proxies; the query itself is on the card. */
const LONGEST_URL = 3_000;
const fitting = (url: string): string | undefined => (url.length <= LONGEST_URL ? url : undefined);

/** Defender's own ids of devices: hex digits. A name, or whatever else stands in the column, has no page. */
export function deviceUrl(id: string, { defender, tenantId }: Portals): string | undefined {
  if (!/^[0-9a-f]{40}$/i.test(id)) return undefined;
  return `${defender}/machines/v2/${id.toLowerCase()}/overview${tenantId === undefined ? '' : `?tid=${tenantId}`}`;
}

/** The query as gzip of UTF-16LE: UTF-8 would come out as garbage there. */
export function huntingUrl(query: string, { defender, tenantId }: Portals): string | undefined {
  const packed = gzipSync(Buffer.from(query, 'utf16le')).toString('base64url');
  const tenant = tenantId === undefined ? '' : `&tid=${tenantId}`;
  return fitting(`${defender}/v2/advanced-hunting?query=${packed}&timeRangeId=month${tenant}`);
}

/** The query as gzip of UTF-8 in a share link of the Azure portal. The query names its own times. */
export function logsUrl(
  query: string,
  workspace: string,
  { azure, tenantId, workspaceIds }: Portals,
): string | undefined {
  const resource = workspaceIds.get(workspace);
  if (resource === undefined) return undefined;
  const packed = encodeURIComponent(gzipSync(Buffer.from(query)).toString('base64'));
  const tenant = tenantId === undefined ? '' : `@${tenantId}`;
  return fitting(
    `${azure}/#${tenant}/blade/Microsoft_OperationsManagementSuite_Workspace/Logs.ReactView/resourceId/` +
      `${encodeURIComponent(resource)}/source/LogsBlade.AnalyticsShareLinkToQuery/q/${packed}/timespan/P30D`,
  );
}

export function linksOf({ notice }: Case, portals: Portals, page: string | undefined): CardLinks {
  const { query, workspace }: NoticeContext = notice.context;
  const [finding, another] = notice.kind === 'devices-found' ? notice.findings : [];
  const device = finding && !another ? deviceUrl(finding.id, portals) : undefined;
  const hunting = query === undefined ? undefined : huntingUrl(query, portals);
  const logs = query === undefined ? undefined : logsUrl(query, workspace, portals);
  return {
    ...(device !== undefined && { device }),
    ...(hunting !== undefined && { hunting }),
    ...(logs !== undefined && { logs }),
    ...(page !== undefined && { page }),
  };
}
