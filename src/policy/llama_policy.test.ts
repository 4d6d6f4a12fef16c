import { CpuBackend } from "../compute/cpu";
import { describePolicy } from "./testing/policy_suite";

describePolicy("cpu", () => CpuBackend.create());
