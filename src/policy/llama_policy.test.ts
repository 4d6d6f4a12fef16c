import { CpuBackend } from "../compute/cpu";
import { describeCache } from "./testing/cache_suite";
import { describePolicy } from "./testing/policy_suite";
import { describeTypes } from "./testing/type_suite";

describePolicy("cpu", () => CpuBackend.create());
describeTypes("cpu", () => CpuBackend.create());
describeCache("cpu", () => CpuBackend.create());
