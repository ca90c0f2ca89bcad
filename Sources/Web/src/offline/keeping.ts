// How safe what waits on this device is.

/** Asks the browser not to erase what it keeps for this site; false where it does not promise that. */
export async function askToKeep(): Promise<boolean> {
  try {
    return await navigator.storage.persisted() || await navigator.storage.persist();
  } catch {
    return false;
  }
}

export async function isKept(): Promise<boolean> {
  try {
    return await navigator.storage.persisted();
  } catch {
    return false;
  }
}
