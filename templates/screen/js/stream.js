// stream: the one line to the daemon. States come down as server-sent events, answers go
// up as POSTs.
//
//     event: state   the whole state of this surface: { boot, assets, seq, … }
//     event: beat    every 2 s, for whoever would not notice that the daemon stands still
//
// After 6 s without either, onLost is called: whatever is on screen is too old to be
// shown to anybody. A daemon that was started anew, or another edition of these files,
// means a new page.

const BEAT_LOST_MS = 6000;
const ANSWER_MS = 10000; // a PIN is checked within that

export function openStream(path, { onState, onLost, onEnd, onRefused }) {
  let boot;
  let assets;
  let heardAt = performance.now();
  let lost = false;
  let source;

  const heard = () => { heardAt = performance.now(); };

  function take(event) {
    heard();
    const state = JSON.parse(event.data);
    if (boot !== undefined && (state.boot !== boot || state.assets !== assets)) {
      location.reload();
      return;
    }
    ({ boot, assets } = state);
    lost = false;
    onState(state);
  }

  // A browser gives up for good when it is told "no" instead of nothing.
  function connect() {
    source = new EventSource(path);
    source.addEventListener('state', take);
    source.addEventListener('beat', heard);
    source.addEventListener('end', () => { source.close(); onEnd?.(); });
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return;
      if (onRefused) onRefused();
      else setTimeout(connect, 1000);
    });
  }

  connect();
  setInterval(() => {
    if (lost || performance.now() - heardAt < BEAT_LOST_MS) return;
    lost = true;
    onLost();
    source.close(); // a line that is silent may hang for ever: a new one is asked for
    connect();
  }, 500);
}

// Answers the screen that `state` was: seq and boot say which, and the daemon ignores an
// answer to a screen that is gone. Returns { ok, status, body }.
export async function answer(path, state, more = {}) {
  const body = JSON.stringify({ boot: state.boot, seq: state.seq, ...more });
  try {
    const reply = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: AbortSignal.timeout(ANSWER_MS) });
    const text = await reply.text();
    return { ok: reply.ok, status: reply.status, body: text ? JSON.parse(text) : {} };
  } catch {
    return { ok: false, status: 0, body: {} };
  }
}
