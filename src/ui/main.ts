import "./no_eval";
import { mount } from "svelte";
import Page from "./App.svelte";

const target = document.getElementById("app")!;
target.replaceChildren();
mount(Page, { target });
