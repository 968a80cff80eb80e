import { domainToASCII } from 'node:url';
import * as z from 'zod/mini';
import { characters } from './fields.ts';

/** RFC 5321 §4.5.3.1.3: a path of 256 octets, of which two are its angle brackets. */
const MAX_LENGTH = 254;

/**
 * A domain in Unicode. Its ASCII characters must be those of domains: `domainToASCII` reads its text as a URL's host, and would
 * end it at a slash and decode its percent signs.
 */
const UNICODE_DOMAIN = /^(?!\p{ASCII}*$)[a-zA-Z0-9.\-\P{ASCII}]+$/u;

/**
 * An address in its one form: without the white space around it, as browsers send it, and with its domain in ASCII. So
 * `anna@пример.рф` and `anna@xn--e1afmkfd.xn--p1ai` are one address. A domain that cannot be one stays as it is.
 */
function oneForm(text: string): string {
  const address = text.trim();
  const local = address.slice(0, address.lastIndexOf('@') + 1);
  const domain = address.slice(local.length);
  const isConverted = local !== '' && domain.isWellFormed() && UNICODE_DOMAIN.test(domain);
  return isConverted ? local + (domainToASCII(domain) || domain) : address;
}

/** A valid e-mail address, as the HTML standard writes it down (§4.10.5.1.5). */
const ADDRESS =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** The address of a new account: what browsers take for one, or the same with a domain in Unicode. */
export const newEmail = z.pipe(
  z.pipe(characters({ max: MAX_LENGTH }), z.transform(oneForm)),
  z.email({ pattern: ADDRESS }).check(z.maxLength(MAX_LENGTH)),
);

/** An address to log in with. It need not look like one: nobody has such an account, and that is what is answered. */
export const knownEmail = z.pipe(characters({ min: 1, max: MAX_LENGTH }), z.transform(oneForm));
