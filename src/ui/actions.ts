import { variants } from "../herl/config";
import { presets } from "../runs/presets";
import type { App } from "./state/app.svelte";
import { delays } from "./state/app.svelte";
import type { IconName } from "./common/icons";
import { methodNames } from "./text/run_name";
import { views } from "./url_state";

/** One thing that the page can do: its button, its key and its line in the palette and in the help are all this. */
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Keys as `shortcutOf` names them; the first is shown. */
  readonly shortcut: readonly string[];
  readonly icon: IconName | null;
  readonly enabled: boolean;
  perform(): void;
}

type Definition = Omit<Action, "enabled" | "shortcut" | "icon"> & {
  readonly shortcut?: readonly string[];
  readonly icon?: IconName;
  readonly enabled?: boolean;
};

const action = (definition: Definition): Action => ({
  ...definition,
  shortcut: definition.shortcut ?? [],
  icon: definition.icon ?? null,
  enabled: definition.enabled ?? true,
});

/** Every action in its present state. Read it where it is used: what it says depends on the run. */
export const actionsOf = (app: App): readonly Action[] => [
  ...viewActions(app),
  ...runActions(app),
  ...selectionActions(app),
  ...pageActions(app),
  ...choiceActions(app),
];

const viewTexts = {
  train: ["Train", "The run: its responses, its curves, and what an update does"],
  lab: ["Lab", "The gradient lab: one finished update, token by token, and as it might have been"],
  explore: ["Explore", "How stochastic, entropy and guided search find answers to one instruction"],
  compare: ["Compare", "Runs of this browser and published ones, one over the other"],
  results: ["Results", "What the paper claims, and what came out in small"],
  theory: ["Theory", "HeRL in eight live figures, to be read from top to bottom"],
} as const;

/** One action a view, in their order. They do not depend on the run. */
export const viewActions = (app: App): Action[] =>
  views.map((view, i) =>
    action({
      id: `view-${view}`,
      label: viewTexts[view][0],
      description: viewTexts[view][1],
      shortcut: [String(i + 1)],
      perform: () => app.show(view),
    }),
  );

function runActions(app: App): Action[] {
  const isPlaying = app.run.status === "playing";
  const canStep = app.isReady && !isPlaying && app.run.status !== "pausing";
  return [
    action({
      id: "play",
      label: isPlaying ? "Pause" : "Play",
      description: isPlaying ? "Stop after the present phase" : "Train, update after update",
      shortcut: ["Space"],
      icon: isPlaying ? "pause" : "play",
      enabled: app.isReady,
      perform: () => (isPlaying ? app.pause() : app.play()),
    }),
    action({
      id: "step-update",
      label: "Step update",
      description: "Run to the end of one update",
      shortcut: ["."],
      icon: "step-update",
      enabled: canStep,
      perform: () => app.stepUpdate(),
    }),
    action({
      id: "step-phase",
      label: "Step phase",
      description: "Run one of the eight phases of an update",
      shortcut: [","],
      icon: "step-phase",
      enabled: canStep,
      perform: () => app.stepPhase(),
    }),
    action({
      id: "reset",
      label: "Reset",
      description: "Start over with the same seed: the same run again",
      shortcut: ["r"],
      icon: "reset",
      perform: () => app.reset(),
    }),
    action({
      id: "new-seed",
      label: "New seed",
      description: "Start over with another seed",
      shortcut: ["n"],
      icon: "dice",
      perform: () => app.newSeed(),
    }),
    action({
      id: "faster",
      label: "Faster",
      description: "Wait less between phases",
      shortcut: ["]"],
      enabled: app.speed < delays.length - 1,
      perform: () => app.setSpeed(app.speed + 1),
    }),
    action({
      id: "slower",
      label: "Slower",
      description: "Wait longer between phases",
      shortcut: ["["],
      enabled: app.speed > 0,
      perform: () => app.setSpeed(app.speed - 1),
    }),
  ];
}

function selectionActions(app: App): Action[] {
  const { selection, composer } = app;
  // The lab has a step of its own on screen; the theory has none.
  const step = { train: app.run.step, lab: app.lab.step }[app.view as string] ?? null;
  const sampled = app.view === "train" ? app.run.live?.tasks.length : 0;
  const grouped = app.view === "explore" ? app.run.step : step;
  const groups = sampled || grouped?.groups.length || 0;
  const go = (by: number) => () => {
    composer.close();
    selection.showGroup((selection.group + by + groups) % groups);
  };
  const rows = step?.groups[selection.group]?.responses ?? [];
  const keys = rows.map(({ source, index }) => `${source}-${index}`);
  const move = (by: number) => () => {
    const at = selection.row === null ? (by > 0 ? -1 : 0) : keys.indexOf(selection.row);
    selection.row = keys[(at + by + keys.length) % keys.length];
  };
  return [
    action({
      id: "previous-instruction",
      label: "Previous instruction",
      description: "Show the group before this one",
      shortcut: ["ArrowLeft"],
      icon: "left",
      enabled: groups > 1,
      perform: go(-1),
    }),
    action({
      id: "next-instruction",
      label: "Next instruction",
      description: "Show the next group of the batch",
      shortcut: ["ArrowRight"],
      icon: "right",
      enabled: groups > 1,
      perform: go(1),
    }),
    action({
      id: "previous-response",
      label: "Previous response",
      description: "Go to the response above; Enter chooses a token",
      shortcut: ["ArrowUp"],
      enabled: keys.length > 0,
      perform: move(-1),
    }),
    action({
      id: "next-response",
      label: "Next response",
      description: "Go to the response below; the arrow keys then go through its tokens",
      shortcut: ["ArrowDown"],
      enabled: keys.length > 0,
      perform: move(1),
    }),
    action({
      id: "compose",
      label: "Compose an instruction",
      description: "Try an instruction of your own on the present policy, outside training",
      shortcut: ["c"],
      icon: "compose",
      // It composes instructions of the pocket world, which the model of problems in several steps cannot read.
      enabled: app.isReady && app.view === "train" && app.run.run?.config.world.source !== "steps",
      perform: () => {
        if (composer.isOpen) composer.close();
        else composer.isOpen = true;
      },
    }),
  ];
}

function pageActions(app: App): Action[] {
  const open = (dialog: NonNullable<App["dialog"]>) => () => (app.dialog = dialog);
  const runId = app.run.run?.runId;
  return [
    action({
      id: "runs",
      label: "Runs",
      description: "Stored runs: continue, export, delete",
      shortcut: ["o"],
      perform: open("runs"),
    }),
    action({
      id: "tasks",
      label: "Tasks…",
      description: "Task files and rubrics of your own: import, write, train on them",
      shortcut: ["i"],
      perform: open("tasks"),
    }),
    action({
      id: "settings",
      label: "Settings",
      description: "Every setting of the run",
      shortcut: ["s"],
      perform: open("settings"),
    }),
    action({
      id: "export",
      label: "Export this run",
      description: "Download configuration, metrics, responses and adapter as one .zip",
      shortcut: ["e"],
      enabled: runId !== undefined && (app.run.metrics !== null || app.run.evaluations.length > 0),
      perform: () => void app.exportRun(runId!),
    }),
    action({
      id: "curves",
      label: app.showsAllCurves ? "Fewer curves" : "More curves",
      description: "Hindsight gap and transfer, desired share, gradient norm, length",
      shortcut: ["m"],
      perform: () => (app.showsAllCurves = !app.showsAllCurves),
    }),
    action({
      id: "failures",
      label: app.proposed === 0 ? "What it fails" : `What it fails (${app.proposed})`,
      description: "Items that stay unmet, what revisions mend, and finer splits of them",
      shortcut: ["f"],
      perform: open("failures"),
    }),
    action({
      id: "forget-ghosts",
      label: "Forget earlier runs",
      description: "Take the dashed curves of earlier runs away",
      enabled: app.ghosts.length > 0,
      perform: () => (app.ghosts = []),
    }),
    action({
      id: "theme",
      label: "Theme",
      description: `Light, dark, or as the system says (now: ${app.theme.choice})`,
      shortcut: ["t"],
      icon: "theme",
      perform: () => app.theme.next(),
    }),
    action({
      id: "backend",
      label: "Backend",
      description: "Where the run is computed",
      shortcut: ["b"],
      perform: open("backend"),
    }),
    action({
      id: "ask",
      label: "Ask…",
      description: "A question in free words, to the model as the run began and as it is now",
      shortcut: ["q"],
      perform: open("ask"),
    }),
    action({
      id: "model",
      label: "Model…",
      description: "The model that is trained: the embedded one, or a GGUF file of yours",
      shortcut: ["w"],
      perform: open("model"),
    }),
    action({
      id: "models",
      label: "Local models…",
      description: "A language model in this browser, to judge and to explore: download, load, delete",
      shortcut: ["l"],
      perform: open("models"),
    }),
    action({
      id: "calibration",
      label: "Know your judge…",
      description: "How far the run's judge can be trusted: its errors on items that code decides exactly",
      shortcut: ["k"],
      perform: open("calibration"),
    }),
    action({
      id: "judge",
      label: "Judge…",
      description: "Who decides what no code can decide: a server or a local model, its key, its budget",
      shortcut: ["j"],
      perform: open("judge"),
    }),
    action({
      id: "about",
      label: "About",
      description: "What HeRL is, and how this model was made",
      shortcut: ["a"],
      perform: open("about"),
    }),
    action({
      id: "help",
      label: "Help",
      description: "How to read the page, and all keys",
      shortcut: ["?"],
      icon: "help",
      perform: open("help"),
    }),
    action({
      id: "palette",
      label: "Command palette",
      description: "Find any command by its name",
      shortcut: ["Ctrl+k"],
      perform: open("palette"),
    }),
  ];
}

function choiceActions(app: App): Action[] {
  const methods = variants.map((variant) =>
    action({
      id: `method-${variant}`,
      label: `Method: ${methodNames[variant]}`,
      description: `Start over with ${methodNames[variant]}, same preset and seed`,
      enabled: app.config.variant !== variant,
      perform: () => app.setMethod(variant),
    }),
  );
  const choices = presets.map(({ name, description }) =>
    action({
      id: `preset-${name}`,
      label: `Preset: ${name}`,
      description,
      enabled: app.config.preset !== name,
      perform: () => app.setPreset(name),
    }),
  );
  return [...methods, ...choices];
}
