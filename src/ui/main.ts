import { mount } from "svelte";
import { config } from "zod";
import Page from "./App.svelte";

// The page's policy forbids making code from text; zod would try whether it may, and be reported.
config({ jitless: true });

const target = document.getElementById("app")!;
target.replaceChildren();
mount(Page, { target });
