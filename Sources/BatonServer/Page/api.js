// Talking to the server: every request has an end, every refusal becomes a Problem, and every 401 leads to the log-in.

const tokenKey = "baton.token";
export const prefix = "/api/v1";

/// Why something was not done (RFC 9457).
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? `the server answered ${status}`);
    this.status = status;
    this.title = body.title ?? "It did not work";
    this.problems = body.problems ?? [];
    this.retryAfter = body.retryAfter;
  }
}

export const session = {
  get token() { return sessionStorage.getItem(tokenKey); },
  set token(value) {
    if (value) sessionStorage.setItem(tokenKey, value);
    else sessionStorage.removeItem(tokenKey);
  },
  /// Who the server takes this page for: `{name, role}`.
  principal: null,
};

/// True when the person may do what needs this role.
export function may(role) {
  const roles = ["viewer", "operator", "admin"];
  return roles.indexOf(session.principal?.role ?? "viewer") >= roles.indexOf(role);
}

let unauthorized = () => {};

export function onUnauthorized(callback) {
  unauthorized = callback;
}

/// A `Response`, or a `Problem` is thrown; takes a whole path. A reading that was one too many in a minute is tried
/// once more.
export async function request(method, path, options = {}) {
  const { body, type = "application/json", headers = {}, timeout = 20000, signal, isStream = false } = options;
  const all = { ...headers };
  if (body !== undefined) all["Content-Type"] = type;
  const { token } = session;
  if (token) all.Authorization = `Bearer ${token}`;
  for (let attempt = 1; ; attempt += 1) {
    const ends = [signal, isStream ? null : AbortSignal.timeout(timeout)].filter(Boolean);
    let response;
    try {
      response = await fetch(path, { method, headers: all, body, signal: AbortSignal.any(ends), cache: "no-cache" });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem(0, error.name === "TimeoutError"
        ? { title: "The server takes too long", detail: `it did not answer within ${timeout / 1000} s; try again` }
        : { title: "The server can't be reached", detail: "is it still running?" });
    }
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (response.status === 429 && method === "GET" && attempt === 1) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(5, problem.retryAfter ?? 1) * 1000));
      continue;
    }
    // One that was sent before somebody logged in says nothing about who is logged in now.
    if (response.status === 401 && token === session.token && !path.endsWith("/auth/token")) unauthorized();
    throw problem;
  }
}

async function problemOf(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    body = { title: `The server answered ${response.status}` };
  }
  body.retryAfter = Number(response.headers.get("Retry-After")) || undefined;
  return new Problem(response.status, body);
}

/// `{a: 1, b: ""}` becomes `?a=1`.
export function query(values) {
  const pairs = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
}

/// Paths are below /api/v1.
export async function get(path, options) {
  return (await request("GET", prefix + path, options)).json();
}

export async function send(method, path, value, options) {
  const body = value === undefined ? undefined : JSON.stringify(value);
  return (await request(method, prefix + path, { body, ...options })).json();
}

export const post = (path, value, options) => send("POST", path, value, options);

/// A part of a path.
export const part = (text) => encodeURIComponent(text);
