import { WebgpuBackend } from "../compute/webgpu";
import { describePolicy } from "./testing/policy_suite";

describePolicy("webgpu", () => WebgpuBackend.create(navigator.gpu));
