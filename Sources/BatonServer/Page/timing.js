// Doing things later, or less often.

/// Once things have been quiet for a while.
export function debounced(action, milliseconds = 250) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}

/// At most once in so many milliseconds; the last call is never lost.
export function throttled(action, milliseconds) {
  let timer = null;
  let isWanted = false;
  return function call() {
    if (timer !== null) {
      isWanted = true;
      return;
    }
    isWanted = false;
    action();
    timer = setTimeout(() => {
      timer = null;
      if (isWanted) call();
    }, milliseconds);
  };
}

/// Resolves after so long, or at once when the signal ends.
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
