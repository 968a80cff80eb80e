import type { ResponseHeaderSpec } from '../../model.ts';
import type { Properties } from '../properties.ts';
import { byId, type ResourceType } from '../resource-type.ts';

/** What CloudFront adds to answers. */
export const responseHeadersPolicy: ResourceType = {
  identify: byId('Id'),
  read({ ref, properties }, draft) {
    const config = properties.nested('ResponseHeadersPolicyConfig');
    if (config === undefined) throw properties.error('ResponseHeadersPolicyConfig', 'is missing');
    config.harmless('labels', 'Name', 'Comment');
    const custom = config.nested('CustomHeadersConfig')?.list('Items') ?? [];
    draft.responseHeaders.set(ref, [
      ...custom.map((item) => header(item, item.text('Header'), item.text('Value'))),
      ...securityHeaders(config.nested('SecurityHeadersConfig')),
    ]);
  },
};

function securityHeaders(config: Properties | undefined): ResponseHeaderSpec[] {
  const csp = config?.nested('ContentSecurityPolicy');
  const types = config?.nested('ContentTypeOptions');
  const frames = config?.nested('FrameOptions');
  const referrer = config?.nested('ReferrerPolicy');
  const transport = config?.nested('StrictTransportSecurity');
  return [
    csp && header(csp, 'content-security-policy', csp.text('ContentSecurityPolicy')),
    types && header(types, 'x-content-type-options', 'nosniff'),
    frames && header(frames, 'x-frame-options', frames.text('FrameOption')),
    referrer && header(referrer, 'referrer-policy', referrer.text('ReferrerPolicy')),
    transport && header(transport, 'strict-transport-security', hsts(transport)),
  ].filter((entry) => entry !== undefined);
}

function hsts(transport: Properties): string {
  const age = `max-age=${transport.integer('AccessControlMaxAgeSec')}`;
  const subdomains = transport.flag('IncludeSubdomains') ? '; includeSubDomains' : '';
  return age + subdomains + (transport.flag('Preload') ? '; preload' : '');
}

function header(properties: Properties, name: string, value: string): ResponseHeaderSpec {
  return { name: name.toLowerCase(), value, override: properties.flag('Override') };
}
