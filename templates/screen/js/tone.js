// tone: what the screen says, said again for the ear: upwards is well, low is a problem.
// A browser that allows no sound without a touch stays silent; nothing depends on it.

const melodies = { ok: [[660, 0], [880, 0.12]], warn: [[440, 0]], stop: [[220, 0], [220, 0.2]], info: [[523, 0]] };
let context;

export function playTone(tone) {
  const notes = melodies[tone];
  if (!notes || !window.AudioContext) return;
  context ??= new AudioContext();
  if (context.state !== 'running') return;
  for (const [frequency, after] of notes) {
    const at = context.currentTime + after;
    const oscillator = context.createOscillator();
    const volume = context.createGain();
    oscillator.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.16);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + 0.18);
  }
}
