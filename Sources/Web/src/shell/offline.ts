// The client on the device, for times without a connection: a worker keeps its files.

import { notify } from "./notices";

/** A notice about a new version stays until somebody decides. */
const offerSeconds = 24 * 60 * 60;

/** Has the worker keep the client, and offers new versions of it; nobody is made to take one. */
export function keepForOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  const begin = () => {
    navigator.serviceWorker.register("/service-worker.js").then(watch, () => undefined);
  };
  // After what the reader waits for.
  if (document.readyState === "complete") setTimeout(begin, 1000);
  else window.addEventListener("load", () => setTimeout(begin, 1000));
}

function watch(registration: ServiceWorkerRegistration): void {
  let isOffered = false;
  const offer = () => {
    // Without a controller it is the first version, and nothing is replaced.
    if (!registration.waiting || !navigator.serviceWorker.controller || isOffered) return;
    isOffered = true;
    notify("A new version of Mile Quest is there.", {
      action: "Use it", seconds: offerSeconds,
      onAction: () => {
        navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
        registration.waiting?.postMessage("take over");
      },
    });
  };
  registration.addEventListener("updatefound", () => {
    const found = registration.installing;
    found?.addEventListener("statechange", () => { if (found.state === "installed") offer(); });
  });
  offer();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) registration.update().catch(() => undefined);
  });
}
