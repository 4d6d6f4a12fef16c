import { getContext, setContext } from "svelte";
import type { App } from "./app.svelte";

const key = Symbol("app");

/** Makes the app known to all components below. */
export const provideApp = (app: App): App => setContext(key, app);

export const getApp = (): App => getContext<App>(key);
