import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refreshTokens } from '../../../functions/auth/refresh-tokens.ts';
import { alice, id } from '../support/people.ts';

const tokens = refreshTokens(randomBytes);
const issued = tokens.first(alice.id, id(500));

describe('a refresh token', () => {
  it('contains the ids that it was issued for, and matches the stored hashes', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (userId, sessionId) => {
        const { token, familyHash, rotationHash } = tokens.first(userId, sessionId);
        expect(tokens.read(token)).toEqual({ userId, sessionId, familyHash, rotationHash });
      }),
    );
  });

  it('is followed by a token of the same family with another rotation', () => {
    const next = tokens.next(issued.token, tokens.newSalt());
    expect(tokens.read(next.token)).toEqual({
      userId: alice.id,
      sessionId: id(500),
      familyHash: issued.familyHash,
      rotationHash: next.rotationHash,
    });
    expect(next.rotationHash).not.toBe(issued.rotationHash);
  });

  it('has one successor for each salt', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (salt, other) => {
        const next = tokens.next(issued.token, salt);
        expect(tokens.next(issued.token, salt)).toEqual(next);
        if (other !== salt) expect(tokens.next(issued.token, other).token).not.toBe(next.token);
        expect(tokens.next(next.token, salt).token).not.toBe(next.token);
      }),
    );
  });

  it('has a successor that cannot be computed from the stored hash and salt', () => {
    const salt = tokens.newSalt();
    const [userId, sessionId, family] = issued.token.split('.');
    const fromTheTable = [userId, sessionId, family, issued.rotationHash].join('.');
    expect(tokens.next(fromTheTable, salt).token).not.toBe(tokens.next(issued.token, salt).token);
  });

  it('starts a new family at each login', () => {
    const other = tokens.first(alice.id, id(500));
    expect(other.familyHash).not.toBe(issued.familyHash);
    expect(other.rotationHash).not.toBe(issued.rotationHash);
  });

  it('has two secrets of 256 random bits each', () => {
    const sizes: number[] = [];
    refreshTokens((size) => {
      sizes.push(size);
      return Buffer.alloc(size);
    }).first(alice.id, id(500));
    expect(sizes).toEqual([32, 32]);
  });

  it('cannot be derived from its hashes', () => {
    const [, , family, rotation] = issued.token.split('.');
    const kept = issued.familyHash + issued.rotationHash;
    expect(kept).not.toContain(family);
    expect(kept).not.toContain(rotation);
  });

  it('needs no escaping in an HTTP body or header', () => {
    expect(issued.token).toMatch(/^[a-z0-9A-Z_.-]+$/);
  });
});

describe('the reader refuses', () => {
  const [userId, sessionId, family, rotation] = issued.token.split('.');

  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['an access token', 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
    ['one that is cut off', issued.token.slice(0, -1)],
    ['one with more at its end', `${issued.token}A`],
    ['one with a part more', `${issued.token}.`],
    ['one with a part less', [userId, sessionId, family].join('.')],
    ['one with an empty secret', [userId, sessionId, '', rotation].join('.')],
    ['one with other ids', ['Alice', sessionId, family, rotation].join('.')],
    ['one with other characters', issued.token.replace(/.$/, '+')],
    ['one with a line end', `${issued.token}\n`],
    ['one with a blank before it', ` ${issued.token}`],
  ])('%s', (_, text) => {
    expect(tokens.read(text)).toBeUndefined();
    expect(() => tokens.next(text, 'salt')).toThrow('only a refresh token has a next one');
  });

  it('any random text', () => {
    fc.assert(fc.property(fc.string(), (text) => tokens.read(text) === undefined));
  });
});
