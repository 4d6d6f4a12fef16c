import { WebgpuBackend } from "../compute/webgpu";
import { describePolicy } from "./testing/policy_suite";
import { describeTypes } from "./testing/type_suite";

describePolicy("webgpu", () => WebgpuBackend.create(navigator.gpu));
describeTypes("webgpu", () => WebgpuBackend.create(navigator.gpu));
