import { CpuBackend } from "../compute/cpu";
import { describePolicy } from "./testing/policy_suite";
import { describeTypes } from "./testing/type_suite";

describePolicy("cpu", () => CpuBackend.create());
describeTypes("cpu", () => CpuBackend.create());
