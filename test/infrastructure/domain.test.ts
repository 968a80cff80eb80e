import { describe, expect, it } from 'vitest';
import { appIn, inFolder, synthesize } from './support/synthesize.ts';

const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/0198f6a2-7b1e-7c3d-9f00-1234567890ab';
const domain = 'chat.example';

describe('a domain of one’s own', () => {
  const { service, site } = synthesize({ domain, certificate, mailFrom: 'parley@chat.example' });

  it('is the site’s, with its certificate and TLS 1.2 at least', () => {
    expect(site.only('AWS::CloudFront::Distribution').DistributionConfig).toMatchObject({
      Aliases: [domain],
      ViewerCertificate: {
        AcmCertificateArn: certificate,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
    expect(site.json.Outputs).toMatchObject({
      SiteUrl: { Value: 'https://chat.example/' },
      DistributionHost: {},
    });
  });

  it('is where links in mails lead', () => {
    expect(service.functions().get('reset-password')?.Environment.Variables.SITE_URL).toBe(
      'https://chat.example',
    );
  });

  it('is none by default', () => {
    const { site: other } = synthesize();
    expect(other.only('AWS::CloudFront::Distribution').DistributionConfig).not.toHaveProperty('Aliases');
    expect(other.json.Outputs).not.toHaveProperty('DistributionHost');
  });

  it.each([
    { domain },
    { certificate },
    { domain: 'Chat.example', certificate },
    { domain: 'https://chat.example', certificate },
    { domain: '*.chat.example', certificate },
    { domain: 'localhost', certificate },
    { domain, certificate: certificate.replace('us-east-1', 'eu-central-1') },
    { domain, certificate: 'chat.example' },
  ])('is refused with %j', (context) => {
    expect(() => inFolder((folder) => appIn(folder, context as Record<string, string>))).toThrow(
      /context "(domain|certificate)"/,
    );
  });
});
