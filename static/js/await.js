// A page that waits for the worker: [data-await=address] is asked with its entity tag, politely and ever more rarely,
// and the page is loaded anew once the answer changed. A hidden page does not ask.

const SOONEST = 1500;
const RAREST = 20000;

async function watch(address, tag, wait) {
  await new Promise((resolve) => { setTimeout(resolve, wait); });
  const next = Math.min(RAREST, wait * 1.4);
  if (document.hidden) return watch(address, tag, next);
  let answer;
  try {
    answer = await fetch(address, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
  } catch {
    return watch(address, tag, next); // the network is away for a moment
  }
  if (answer.status >= 500) return watch(address, tag, next);
  if (answer.redirected || answer.status >= 400) return location.reload(); // the log-in ended: the page says so itself
  const found = answer.status === 304 ? tag : answer.headers.get("ETag");
  if (tag && found !== tag) return location.reload();
  return watch(address, found, next);
}

const waiting = document.querySelector("[data-await]");
if (waiting) watch(waiting.dataset.await, waiting.dataset.tag || null, SOONEST);
