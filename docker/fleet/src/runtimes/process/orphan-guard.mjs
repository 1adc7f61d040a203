// Preloaded (`--import`) into every Node process that a process host spawns. The host holds the
// other end of standard input and never writes: end of file means that the host is gone, however
// it went. Plain JavaScript, so that no child pays for type stripping before its own start.
const LAST_WORDS_MS = 1500;

process.stdin.on('error', leave).on('end', leave).on('close', leave).resume();
process.stdin.unref?.();

let leaving = false;

function leave() {
  if (leaving) return;
  leaving = true;
  setTimeout(() => process.exit(0), LAST_WORDS_MS);
  // Lets the program end its own way first: it knows how to handle SIGTERM, or is ended by it.
  process.kill(process.pid, 'SIGTERM');
}
