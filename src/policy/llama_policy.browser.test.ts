import { WebgpuBackend } from "../compute/webgpu";
import { describeCache } from "./testing/cache_suite";
import { describePolicy } from "./testing/policy_suite";
import { describeTypes } from "./testing/type_suite";

describePolicy("webgpu", () => WebgpuBackend.create(navigator.gpu));
describeTypes("webgpu", () => WebgpuBackend.create(navigator.gpu));
describeCache("webgpu", () => WebgpuBackend.create(navigator.gpu));
