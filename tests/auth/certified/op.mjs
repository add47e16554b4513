// The certified provider as the tests need it: everything in memory, people sign in without a page, keys can change.
// node op.mjs PORT FORUM: says "ready" on its output when it listens.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [port, forum] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const TOLD = ['openid', 'profile', 'email'];

const freshKeys = () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' }] };
};

// What it remembers (sessions, grants, codes) outlives a change of keys: the rows belong to the process.
const rows = new Map();

class Memory {
  constructor(name) { this.name = name; }
  key(id) { return `${this.name}:${id}`; }
  async upsert(id, payload) { rows.set(this.key(id), payload); }
  async find(id) { return rows.get(this.key(id)); }
  async findByUid(uid) { return [...rows.values()].find((row) => row.kind === this.name && row.uid === uid); }
  async consume(id) { rows.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { rows.delete(this.key(id)); }
  async revokeByGrantId(grantId) {
    for (const [key, row] of rows) if (row.grantId === grantId) rows.delete(key);
  }
}

const withKeys = (jwks) => new Provider(issuer, {
  jwks,
  adapter: Memory,
  clients: [{
    client_id: 'forum',
    client_secret: 'forum-secret',
    redirect_uris: [`${forum}/auth/callback/op`],
    post_logout_redirect_uris: [`${forum}/signed-out`],
    backchannel_logout_uri: `${forum}/auth/backchannel-logout/op`,
    backchannel_logout_session_required: true,
  }],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
  acrValues: ['urn:mfa'],
  cookies: { keys: ['a key for tests'] },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
  // The forum is on loopback here.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  interactions: { url: (ctx, { uid }) => `/interaction/${uid}` },
  findAccount: (ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: `${sub} of the course`, preferred_username: sub, email: `${sub}@example.test` }),
  }),
  async loadExistingGrant({ oidc: { client, session, provider: { Grant } } }) {
    const known = session.grantIdFor(client.clientId);
    if (known) return Grant.find(known);
    const grant = new Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(TOLD.join(' '));
    await grant.save();
    return grant;
  },
});

let provider = withKeys(freshKeys());

// Whoever is named by the hint is who signs in, to the level that was asked for.
async function signIn(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const login = { accountId: params.login_hint ?? 'nia', acr: params.acr_values?.split(' ')[0] };
  await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

createServer(async (request, response) => {
  if (request.url === '/test/change-keys') {
    provider = withKeys(freshKeys());
    response.writeHead(204).end();
  } else if (request.url.startsWith('/interaction/')) {
    await signIn(request, response);
  } else {
    provider.callback()(request, response);
  }
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
