import { config } from "zod/mini";

// The page's policy forbids making code from text. zod would try whether it may, and the browser would report that;
// imported before anything that declares a schema.
config({ jitless: true });
