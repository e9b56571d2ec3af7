// Collects what a page listens with and what its timers call, to time it.

{
  const CALLS = 20_000;
  const listeners = [];
  const events = new Map();
  let spent = 0;

  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    listeners.push({ target: this, type, listener });
    return add.call(this, type, listener, options);
  };
  for (const type of ["pointermove", "mousemove", "keydown", "keyup", "keypress"]) {
    add.call(document, type, (event) => events.set(type, event), { capture: true, passive: true });
  }

  const timed =
    (callback) =>
    (...values) => {
      const begin = realNow();
      callback(...values);
      spent += realNow() - begin;
    };
  for (const name of ["setTimeout", "setInterval"]) {
    const set = window[name];
    window[name] = (callback, ...rest) => set(timed(callback), ...rest);
  }

  window.collected = {
    /** Microseconds for each type: what all its listeners take for one event. */
    timeEvents(types) {
      const times = {};
      for (const type of types) {
        const event = events.get(type);
        const hearing = listeners.filter((entry) => entry.type === type);
        if (!event || !hearing.length) continue;
        const begin = realNow();
        for (let call = 0; call < CALLS; call++) {
          for (const { target, listener } of hearing) {
            if (typeof listener === "function") listener.call(target, event);
            else listener.handleEvent(event);
          }
        }
        times[type] = (1000 * (realNow() - begin)) / CALLS;
      }
      return times;
    },
    /** Microseconds that callbacks of timers have taken since this was asked the last time. */
    timers() {
      const microseconds = 1000 * spent;
      spent = 0;
      return microseconds;
    },
  };
}
