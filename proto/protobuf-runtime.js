// protobufjs with 64-bit fields as plain numbers. It uses the package `long` when that is installed, and others install it;
// every 64-bit field of ours is a safe integer (microseconds since the epoch, offsets), so the package is switched off here,
// before the generated module reads its defaults.
import protobuf from "protobufjs/minimal.js";

protobuf.util.Long = null;
protobuf.configure();

export default protobuf;
