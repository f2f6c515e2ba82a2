/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "../protobuf-runtime.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const tidegate = $root.tidegate = (() => {

    /**
     * Namespace tidegate.
     * @exports tidegate
     * @namespace
     */
    const tidegate = {};

    tidegate.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof tidegate
         * @namespace
         */
        const v1 = {};

        v1.ReadingBlock = (function() {

            /**
             * Properties of a ReadingBlock.
             * @typedef {Object} tidegate.v1.ReadingBlock.$Properties
             * @property {number|null} [format] ReadingBlock format
             * @property {number|null} [count] ReadingBlock count
             * @property {number|null} [ingestTimeUs] ReadingBlock ingestTimeUs
             * @property {Array.<string>|null} [devices] ReadingBlock devices
             * @property {Array.<string>|null} [metrics] ReadingBlock metrics
             * @property {Array.<string>|null} [units] ReadingBlock units
             * @property {Array.<string>|null} [texts] ReadingBlock texts
             * @property {Array.<number>|null} [columnDevices] ReadingBlock columnDevices
             * @property {Array.<number>|null} [columnMetrics] ReadingBlock columnMetrics
             * @property {Array.<number>|null} [columnUnits] ReadingBlock columnUnits
             * @property {Array.<number>|null} [columnCounts] ReadingBlock columnCounts
             * @property {Array.<number>|null} [columnTimeUnits] ReadingBlock columnTimeUnits
             * @property {Array.<number>|null} [columnKinds] ReadingBlock columnKinds
             * @property {Array.<number>|null} [firstTimes] ReadingBlock firstTimes
             * @property {Array.<number>|null} [timeSteps] ReadingBlock timeSteps
             * @property {Array.<number>|null} [values] ReadingBlock values
             * @property {Array.<number>|null} [doubles] ReadingBlock doubles
             * @property {Array.<number>|null} [qualities] ReadingBlock qualities
             * @property {Array.<number>|null} [firstPositions] ReadingBlock firstPositions
             * @property {Array.<number>|null} [positionSteps] ReadingBlock positionSteps
             * @property {Array.<string>|null} [tags] ReadingBlock tags
             * @property {Array.<number>|null} [columnTags] ReadingBlock columnTags
             * @property {Array.<number>|null} [corrections] ReadingBlock corrections
             * @property {Array.<number>|null} [commitCounts] ReadingBlock commitCounts
             * @property {number|null} [commitTimeUnit] ReadingBlock commitTimeUnit
             * @property {Array.<number>|null} [commitTimeSteps] ReadingBlock commitTimeSteps
             * @property {number|null} [crc32c] ReadingBlock crc32c
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ReadingBlock.
             * @memberof tidegate.v1
             * @interface IReadingBlock
             * @augments tidegate.v1.ReadingBlock.$Properties
             * @deprecated Use tidegate.v1.ReadingBlock.$Properties instead.
             */

            /**
             * Shape of a ReadingBlock.
             * @typedef {tidegate.v1.ReadingBlock.$Properties} tidegate.v1.ReadingBlock.$Shape
             */

            /**
             * Constructs a new ReadingBlock.
             * @memberof tidegate.v1
             * @classdesc Represents a ReadingBlock.
             * @constructor
             * @param {tidegate.v1.ReadingBlock.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ReadingBlock = function (properties) {
                this.devices = [];
                this.metrics = [];
                this.units = [];
                this.texts = [];
                this.columnDevices = [];
                this.columnMetrics = [];
                this.columnUnits = [];
                this.columnCounts = [];
                this.columnTimeUnits = [];
                this.columnKinds = [];
                this.firstTimes = [];
                this.timeSteps = [];
                this.values = [];
                this.doubles = [];
                this.qualities = [];
                this.firstPositions = [];
                this.positionSteps = [];
                this.tags = [];
                this.columnTags = [];
                this.corrections = [];
                this.commitCounts = [];
                this.commitTimeSteps = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ReadingBlock format.
             * @member {number} format
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.format = 0;

            /**
             * ReadingBlock count.
             * @member {number} count
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.count = 0;

            /**
             * ReadingBlock ingestTimeUs.
             * @member {number} ingestTimeUs
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.ingestTimeUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ReadingBlock devices.
             * @member {Array.<string>} devices
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.devices = $util.emptyArray;

            /**
             * ReadingBlock metrics.
             * @member {Array.<string>} metrics
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.metrics = $util.emptyArray;

            /**
             * ReadingBlock units.
             * @member {Array.<string>} units
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.units = $util.emptyArray;

            /**
             * ReadingBlock texts.
             * @member {Array.<string>} texts
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.texts = $util.emptyArray;

            /**
             * ReadingBlock columnDevices.
             * @member {Array.<number>} columnDevices
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.columnDevices = $util.emptyArray;

            /**
             * ReadingBlock columnMetrics.
             * @member {Array.<number>} columnMetrics
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.columnMetrics = $util.emptyArray;

            /**
             * ReadingBlock columnUnits.
             * @member {Array.<number>} columnUnits
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.columnUnits = $util.emptyArray;

            /**
             * ReadingBlock columnCounts.
             * @member {Array.<number>} columnCounts
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.columnCounts = $util.emptyArray;

            /**
             * ReadingBlock columnTimeUnits.
             * @member {Array.<number>} columnTimeUnits
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.columnTimeUnits = $util.emptyArray;

            /**
             * ReadingBlock columnKinds.
             * @member {Array.<number>} columnKinds
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.columnKinds = $util.emptyArray;

            /**
             * ReadingBlock firstTimes.
             * @member {Array.<number>} firstTimes
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.firstTimes = $util.emptyArray;

            /**
             * ReadingBlock timeSteps.
             * @member {Array.<number>} timeSteps
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.timeSteps = $util.emptyArray;

            /**
             * ReadingBlock values.
             * @member {Array.<number>} values
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.values = $util.emptyArray;

            /**
             * ReadingBlock doubles.
             * @member {Array.<number>} doubles
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.doubles = $util.emptyArray;

            /**
             * ReadingBlock qualities.
             * @member {Array.<number>} qualities
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.qualities = $util.emptyArray;

            /**
             * ReadingBlock firstPositions.
             * @member {Array.<number>} firstPositions
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.firstPositions = $util.emptyArray;

            /**
             * ReadingBlock positionSteps.
             * @member {Array.<number>} positionSteps
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.positionSteps = $util.emptyArray;

            /**
             * ReadingBlock tags.
             * @member {Array.<string>} tags
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.tags = $util.emptyArray;

            /**
             * ReadingBlock columnTags.
             * @member {Array.<number>} columnTags
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.columnTags = $util.emptyArray;

            /**
             * ReadingBlock corrections.
             * @member {Array.<number>} corrections
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.corrections = $util.emptyArray;

            /**
             * ReadingBlock commitCounts.
             * @member {Array.<number>} commitCounts
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.commitCounts = $util.emptyArray;

            /**
             * ReadingBlock commitTimeUnit.
             * @member {number} commitTimeUnit
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.commitTimeUnit = 0;

            /**
             * ReadingBlock commitTimeSteps.
             * @member {Array.<number>} commitTimeSteps
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.commitTimeSteps = $util.emptyArray;

            /**
             * ReadingBlock crc32c.
             * @member {number} crc32c
             * @memberof tidegate.v1.ReadingBlock
             * @instance
             */
            ReadingBlock.prototype.crc32c = 0;

            /**
             * Encodes the specified ReadingBlock message. Does not implicitly {@link tidegate.v1.ReadingBlock.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.ReadingBlock
             * @static
             * @param {tidegate.v1.ReadingBlock.$Properties} message ReadingBlock message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ReadingBlock.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.format != null && $Object.hasOwnProperty.call(message, "format") && message.format !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.format);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.count);
                if (message.ingestTimeUs != null && $Object.hasOwnProperty.call(message, "ingestTimeUs") && (typeof message.ingestTimeUs === "object" ? message.ingestTimeUs.low || message.ingestTimeUs.high : message.ingestTimeUs !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.ingestTimeUs);
                if (message.devices != null && message.devices.length)
                    for (let i = 0; i < message.devices.length; ++i)
                        writer.uint32(/* id 4, wireType 2 =*/34).string(message.devices[i]);
                if (message.metrics != null && message.metrics.length)
                    for (let i = 0; i < message.metrics.length; ++i)
                        writer.uint32(/* id 5, wireType 2 =*/42).string(message.metrics[i]);
                if (message.units != null && message.units.length)
                    for (let i = 0; i < message.units.length; ++i)
                        writer.uint32(/* id 6, wireType 2 =*/50).string(message.units[i]);
                if (message.texts != null && message.texts.length)
                    for (let i = 0; i < message.texts.length; ++i)
                        writer.uint32(/* id 7, wireType 2 =*/58).string(message.texts[i]);
                if (message.columnDevices != null && message.columnDevices.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).uint64s(message.columnDevices);
                if (message.columnMetrics != null && message.columnMetrics.length)
                    writer.uint32(/* id 9, wireType 2 =*/74).uint64s(message.columnMetrics);
                if (message.columnUnits != null && message.columnUnits.length)
                    writer.uint32(/* id 10, wireType 2 =*/82).uint64s(message.columnUnits);
                if (message.columnCounts != null && message.columnCounts.length)
                    writer.uint32(/* id 11, wireType 2 =*/90).uint64s(message.columnCounts);
                if (message.columnTimeUnits != null && message.columnTimeUnits.length)
                    writer.uint32(/* id 12, wireType 2 =*/98).uint64s(message.columnTimeUnits);
                if (message.columnKinds != null && message.columnKinds.length)
                    writer.uint32(/* id 13, wireType 2 =*/106).uint64s(message.columnKinds);
                if (message.firstTimes != null && message.firstTimes.length)
                    writer.uint32(/* id 14, wireType 2 =*/114).uint64s(message.firstTimes);
                if (message.timeSteps != null && message.timeSteps.length)
                    writer.uint32(/* id 15, wireType 2 =*/122).uint64s(message.timeSteps);
                if (message.values != null && message.values.length)
                    writer.uint32(/* id 16, wireType 2 =*/130).uint64s(message.values);
                if (message.doubles != null && message.doubles.length)
                    writer.uint32(/* id 17, wireType 2 =*/138).doubles(message.doubles);
                if (message.qualities != null && message.qualities.length)
                    writer.uint32(/* id 18, wireType 2 =*/146).uint64s(message.qualities);
                if (message.firstPositions != null && message.firstPositions.length)
                    writer.uint32(/* id 19, wireType 2 =*/154).uint64s(message.firstPositions);
                if (message.positionSteps != null && message.positionSteps.length)
                    writer.uint32(/* id 20, wireType 2 =*/162).uint64s(message.positionSteps);
                if (message.tags != null && message.tags.length)
                    for (let i = 0; i < message.tags.length; ++i)
                        writer.uint32(/* id 21, wireType 2 =*/170).string(message.tags[i]);
                if (message.columnTags != null && message.columnTags.length)
                    writer.uint32(/* id 22, wireType 2 =*/178).uint64s(message.columnTags);
                if (message.corrections != null && message.corrections.length)
                    writer.uint32(/* id 23, wireType 2 =*/186).uint64s(message.corrections);
                if (message.commitCounts != null && message.commitCounts.length)
                    writer.uint32(/* id 28, wireType 2 =*/226).uint64s(message.commitCounts);
                if (message.commitTimeUnit != null && $Object.hasOwnProperty.call(message, "commitTimeUnit") && message.commitTimeUnit !== 0)
                    writer.uint32(/* id 29, wireType 0 =*/232).uint32(message.commitTimeUnit);
                if (message.commitTimeSteps != null && message.commitTimeSteps.length)
                    writer.uint32(/* id 30, wireType 2 =*/242).uint64s(message.commitTimeSteps);
                if (message.crc32c != null && $Object.hasOwnProperty.call(message, "crc32c") && message.crc32c !== 0)
                    writer.uint32(/* id 31, wireType 5 =*/253).fixed32(message.crc32c);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ReadingBlock message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.ReadingBlock
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.ReadingBlock & tidegate.v1.ReadingBlock.$Shape} ReadingBlock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ReadingBlock.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.ReadingBlock();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.format = value;
                            else
                                delete message.format;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.ingestTimeUs = value;
                            else
                                delete message.ingestTimeUs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.devices && message.devices.length))
                                message.devices = [];
                            message.devices.push(reader.stringVerify());
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.metrics && message.metrics.length))
                                message.metrics = [];
                            message.metrics.push(reader.stringVerify());
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.units && message.units.length))
                                message.units = [];
                            message.units.push(reader.stringVerify());
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if (!(message.texts && message.texts.length))
                                message.texts = [];
                            message.texts.push(reader.stringVerify());
                            continue;
                        }
                    case 8: {
                            if (wireType === 2) {
                                if (!(message.columnDevices && message.columnDevices.length))
                                    message.columnDevices = [];
                                reader.uint64s(message.columnDevices);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.columnDevices && message.columnDevices.length))
                                message.columnDevices = [];
                            message.columnDevices.push(reader.uint64());
                            continue;
                        }
                    case 9: {
                            if (wireType === 2) {
                                if (!(message.columnMetrics && message.columnMetrics.length))
                                    message.columnMetrics = [];
                                reader.uint64s(message.columnMetrics);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.columnMetrics && message.columnMetrics.length))
                                message.columnMetrics = [];
                            message.columnMetrics.push(reader.uint64());
                            continue;
                        }
                    case 10: {
                            if (wireType === 2) {
                                if (!(message.columnUnits && message.columnUnits.length))
                                    message.columnUnits = [];
                                reader.uint64s(message.columnUnits);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.columnUnits && message.columnUnits.length))
                                message.columnUnits = [];
                            message.columnUnits.push(reader.uint64());
                            continue;
                        }
                    case 11: {
                            if (wireType === 2) {
                                if (!(message.columnCounts && message.columnCounts.length))
                                    message.columnCounts = [];
                                reader.uint64s(message.columnCounts);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.columnCounts && message.columnCounts.length))
                                message.columnCounts = [];
                            message.columnCounts.push(reader.uint64());
                            continue;
                        }
                    case 12: {
                            if (wireType === 2) {
                                if (!(message.columnTimeUnits && message.columnTimeUnits.length))
                                    message.columnTimeUnits = [];
                                reader.uint64s(message.columnTimeUnits);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.columnTimeUnits && message.columnTimeUnits.length))
                                message.columnTimeUnits = [];
                            message.columnTimeUnits.push(reader.uint64());
                            continue;
                        }
                    case 13: {
                            if (wireType === 2) {
                                if (!(message.columnKinds && message.columnKinds.length))
                                    message.columnKinds = [];
                                reader.uint64s(message.columnKinds);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.columnKinds && message.columnKinds.length))
                                message.columnKinds = [];
                            message.columnKinds.push(reader.uint64());
                            continue;
                        }
                    case 14: {
                            if (wireType === 2) {
                                if (!(message.firstTimes && message.firstTimes.length))
                                    message.firstTimes = [];
                                reader.uint64s(message.firstTimes);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.firstTimes && message.firstTimes.length))
                                message.firstTimes = [];
                            message.firstTimes.push(reader.uint64());
                            continue;
                        }
                    case 15: {
                            if (wireType === 2) {
                                if (!(message.timeSteps && message.timeSteps.length))
                                    message.timeSteps = [];
                                reader.uint64s(message.timeSteps);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.timeSteps && message.timeSteps.length))
                                message.timeSteps = [];
                            message.timeSteps.push(reader.uint64());
                            continue;
                        }
                    case 16: {
                            if (wireType === 2) {
                                if (!(message.values && message.values.length))
                                    message.values = [];
                                reader.uint64s(message.values);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.values && message.values.length))
                                message.values = [];
                            message.values.push(reader.uint64());
                            continue;
                        }
                    case 17: {
                            if (wireType === 2) {
                                if (!(message.doubles && message.doubles.length))
                                    message.doubles = [];
                                reader.doubles(message.doubles);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.doubles && message.doubles.length))
                                message.doubles = [];
                            message.doubles.push(reader.double());
                            continue;
                        }
                    case 18: {
                            if (wireType === 2) {
                                if (!(message.qualities && message.qualities.length))
                                    message.qualities = [];
                                reader.uint64s(message.qualities);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.qualities && message.qualities.length))
                                message.qualities = [];
                            message.qualities.push(reader.uint64());
                            continue;
                        }
                    case 19: {
                            if (wireType === 2) {
                                if (!(message.firstPositions && message.firstPositions.length))
                                    message.firstPositions = [];
                                reader.uint64s(message.firstPositions);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.firstPositions && message.firstPositions.length))
                                message.firstPositions = [];
                            message.firstPositions.push(reader.uint64());
                            continue;
                        }
                    case 20: {
                            if (wireType === 2) {
                                if (!(message.positionSteps && message.positionSteps.length))
                                    message.positionSteps = [];
                                reader.uint64s(message.positionSteps);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.positionSteps && message.positionSteps.length))
                                message.positionSteps = [];
                            message.positionSteps.push(reader.uint64());
                            continue;
                        }
                    case 21: {
                            if (wireType !== 2)
                                break;
                            if (!(message.tags && message.tags.length))
                                message.tags = [];
                            message.tags.push(reader.stringVerify());
                            continue;
                        }
                    case 22: {
                            if (wireType === 2) {
                                if (!(message.columnTags && message.columnTags.length))
                                    message.columnTags = [];
                                reader.uint64s(message.columnTags);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.columnTags && message.columnTags.length))
                                message.columnTags = [];
                            message.columnTags.push(reader.uint64());
                            continue;
                        }
                    case 23: {
                            if (wireType === 2) {
                                if (!(message.corrections && message.corrections.length))
                                    message.corrections = [];
                                reader.uint64s(message.corrections);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.corrections && message.corrections.length))
                                message.corrections = [];
                            message.corrections.push(reader.uint64());
                            continue;
                        }
                    case 28: {
                            if (wireType === 2) {
                                if (!(message.commitCounts && message.commitCounts.length))
                                    message.commitCounts = [];
                                reader.uint64s(message.commitCounts);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.commitCounts && message.commitCounts.length))
                                message.commitCounts = [];
                            message.commitCounts.push(reader.uint64());
                            continue;
                        }
                    case 29: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.commitTimeUnit = value;
                            else
                                delete message.commitTimeUnit;
                            continue;
                        }
                    case 30: {
                            if (wireType === 2) {
                                if (!(message.commitTimeSteps && message.commitTimeSteps.length))
                                    message.commitTimeSteps = [];
                                reader.uint64s(message.commitTimeSteps);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.commitTimeSteps && message.commitTimeSteps.length))
                                message.commitTimeSteps = [];
                            message.commitTimeSteps.push(reader.uint64());
                            continue;
                        }
                    case 31: {
                            if (wireType !== 5)
                                break;
                            if (value = reader.fixed32())
                                message.crc32c = value;
                            else
                                delete message.crc32c;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ReadingBlock;
        })();

        v1.ResultBlock = (function() {

            /**
             * Properties of a ResultBlock.
             * @typedef {Object} tidegate.v1.ResultBlock.$Properties
             * @property {number|null} [format] ResultBlock format
             * @property {number|null} [count] ResultBlock count
             * @property {number|null} [ingestTimeUs] ResultBlock ingestTimeUs
             * @property {Array.<tidegate.v1.WindowResult.$Properties>|null} [results] ResultBlock results
             * @property {Array.<number>|null} [commitCounts] ResultBlock commitCounts
             * @property {number|null} [commitTimeUnit] ResultBlock commitTimeUnit
             * @property {Array.<number>|null} [commitTimeSteps] ResultBlock commitTimeSteps
             * @property {number|null} [crc32c] ResultBlock crc32c
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ResultBlock.
             * @memberof tidegate.v1
             * @interface IResultBlock
             * @augments tidegate.v1.ResultBlock.$Properties
             * @deprecated Use tidegate.v1.ResultBlock.$Properties instead.
             */

            /**
             * Shape of a ResultBlock.
             * @typedef {{
             *   format?: number|null;
             *   count?: number|null;
             *   ingestTimeUs?: number|null;
             *   results?: Array.<tidegate.v1.WindowResult.$Shape>|null;
             *   commitCounts?: Array.<number>|null;
             *   commitTimeUnit?: number|null;
             *   commitTimeSteps?: Array.<number>|null;
             *   crc32c?: number|null;
             *   $unknowns?: Array.<Uint8Array>;
             * }} tidegate.v1.ResultBlock.$Shape
             */

            /**
             * Constructs a new ResultBlock.
             * @memberof tidegate.v1
             * @classdesc Represents a ResultBlock.
             * @constructor
             * @param {tidegate.v1.ResultBlock.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ResultBlock = function (properties) {
                this.results = [];
                this.commitCounts = [];
                this.commitTimeSteps = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ResultBlock format.
             * @member {number} format
             * @memberof tidegate.v1.ResultBlock
             * @instance
             */
            ResultBlock.prototype.format = 0;

            /**
             * ResultBlock count.
             * @member {number} count
             * @memberof tidegate.v1.ResultBlock
             * @instance
             */
            ResultBlock.prototype.count = 0;

            /**
             * ResultBlock ingestTimeUs.
             * @member {number} ingestTimeUs
             * @memberof tidegate.v1.ResultBlock
             * @instance
             */
            ResultBlock.prototype.ingestTimeUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * ResultBlock results.
             * @member {Array.<tidegate.v1.WindowResult.$Properties>} results
             * @memberof tidegate.v1.ResultBlock
             * @instance
             */
            ResultBlock.prototype.results = $util.emptyArray;

            /**
             * ResultBlock commitCounts.
             * @member {Array.<number>} commitCounts
             * @memberof tidegate.v1.ResultBlock
             * @instance
             */
            ResultBlock.prototype.commitCounts = $util.emptyArray;

            /**
             * ResultBlock commitTimeUnit.
             * @member {number} commitTimeUnit
             * @memberof tidegate.v1.ResultBlock
             * @instance
             */
            ResultBlock.prototype.commitTimeUnit = 0;

            /**
             * ResultBlock commitTimeSteps.
             * @member {Array.<number>} commitTimeSteps
             * @memberof tidegate.v1.ResultBlock
             * @instance
             */
            ResultBlock.prototype.commitTimeSteps = $util.emptyArray;

            /**
             * ResultBlock crc32c.
             * @member {number} crc32c
             * @memberof tidegate.v1.ResultBlock
             * @instance
             */
            ResultBlock.prototype.crc32c = 0;

            /**
             * Encodes the specified ResultBlock message. Does not implicitly {@link tidegate.v1.ResultBlock.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.ResultBlock
             * @static
             * @param {tidegate.v1.ResultBlock.$Properties} message ResultBlock message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ResultBlock.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.format != null && $Object.hasOwnProperty.call(message, "format") && message.format !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.format);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.count);
                if (message.ingestTimeUs != null && $Object.hasOwnProperty.call(message, "ingestTimeUs") && (typeof message.ingestTimeUs === "object" ? message.ingestTimeUs.low || message.ingestTimeUs.high : message.ingestTimeUs !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.ingestTimeUs);
                if (message.results != null && message.results.length)
                    for (let i = 0; i < message.results.length; ++i)
                        $root.tidegate.v1.WindowResult.encode(message.results[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.commitCounts != null && message.commitCounts.length)
                    writer.uint32(/* id 28, wireType 2 =*/226).uint64s(message.commitCounts);
                if (message.commitTimeUnit != null && $Object.hasOwnProperty.call(message, "commitTimeUnit") && message.commitTimeUnit !== 0)
                    writer.uint32(/* id 29, wireType 0 =*/232).uint32(message.commitTimeUnit);
                if (message.commitTimeSteps != null && message.commitTimeSteps.length)
                    writer.uint32(/* id 30, wireType 2 =*/242).uint64s(message.commitTimeSteps);
                if (message.crc32c != null && $Object.hasOwnProperty.call(message, "crc32c") && message.crc32c !== 0)
                    writer.uint32(/* id 31, wireType 5 =*/253).fixed32(message.crc32c);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ResultBlock message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.ResultBlock
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.ResultBlock & tidegate.v1.ResultBlock.$Shape} ResultBlock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ResultBlock.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.ResultBlock();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.format = value;
                            else
                                delete message.format;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.ingestTimeUs = value;
                            else
                                delete message.ingestTimeUs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.results && message.results.length))
                                message.results = [];
                            message.results.push($root.tidegate.v1.WindowResult.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 28: {
                            if (wireType === 2) {
                                if (!(message.commitCounts && message.commitCounts.length))
                                    message.commitCounts = [];
                                reader.uint64s(message.commitCounts);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.commitCounts && message.commitCounts.length))
                                message.commitCounts = [];
                            message.commitCounts.push(reader.uint64());
                            continue;
                        }
                    case 29: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.commitTimeUnit = value;
                            else
                                delete message.commitTimeUnit;
                            continue;
                        }
                    case 30: {
                            if (wireType === 2) {
                                if (!(message.commitTimeSteps && message.commitTimeSteps.length))
                                    message.commitTimeSteps = [];
                                reader.uint64s(message.commitTimeSteps);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.commitTimeSteps && message.commitTimeSteps.length))
                                message.commitTimeSteps = [];
                            message.commitTimeSteps.push(reader.uint64());
                            continue;
                        }
                    case 31: {
                            if (wireType !== 5)
                                break;
                            if (value = reader.fixed32())
                                message.crc32c = value;
                            else
                                delete message.crc32c;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ResultBlock;
        })();

        v1.WindowResult = (function() {

            /**
             * Properties of a WindowResult.
             * @typedef {Object} tidegate.v1.WindowResult.$Properties
             * @property {string|null} [window] WindowResult window
             * @property {string|null} [device] WindowResult device
             * @property {string|null} [metric] WindowResult metric
             * @property {string|null} [unit] WindowResult unit
             * @property {number|null} [startUs] WindowResult startUs
             * @property {number|null} [endUs] WindowResult endUs
             * @property {number|null} [revision] WindowResult revision
             * @property {number|null} [causeOffset] WindowResult causeOffset
             * @property {number|null} [count] WindowResult count
             * @property {number|null} [sum] WindowResult sum
             * @property {number|null} [mean] WindowResult mean
             * @property {number|null} [min] WindowResult min
             * @property {number|null} [max] WindowResult max
             * @property {number|null} [stddev] WindowResult stddev
             * @property {string|null} [tag] WindowResult tag
             * @property {Array.<tidegate.v1.AggregateValue.$Properties>|null} [aggregates] WindowResult aggregates
             * @property {boolean|null} [partial] WindowResult partial
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a WindowResult.
             * @memberof tidegate.v1
             * @interface IWindowResult
             * @augments tidegate.v1.WindowResult.$Properties
             * @deprecated Use tidegate.v1.WindowResult.$Properties instead.
             */

            /**
             * Shape of a WindowResult.
             * @typedef {{
             *   window?: string|null;
             *   device?: string|null;
             *   metric?: string|null;
             *   unit?: string|null;
             *   startUs?: number|null;
             *   endUs?: number|null;
             *   revision?: number|null;
             *   causeOffset?: number|null;
             *   count?: number|null;
             *   sum?: number|null;
             *   mean?: number|null;
             *   min?: number|null;
             *   max?: number|null;
             *   stddev?: number|null;
             *   tag?: string|null;
             *   aggregates?: Array.<tidegate.v1.AggregateValue.$Shape>|null;
             *   partial?: boolean|null;
             *   $unknowns?: Array.<Uint8Array>;
             * }} tidegate.v1.WindowResult.$Shape
             */

            /**
             * Constructs a new WindowResult.
             * @memberof tidegate.v1
             * @classdesc Represents a WindowResult.
             * @constructor
             * @param {tidegate.v1.WindowResult.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const WindowResult = function (properties) {
                this.aggregates = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * WindowResult window.
             * @member {string} window
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.window = "";

            /**
             * WindowResult device.
             * @member {string} device
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.device = "";

            /**
             * WindowResult metric.
             * @member {string} metric
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.metric = "";

            /**
             * WindowResult unit.
             * @member {string} unit
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.unit = "";

            /**
             * WindowResult startUs.
             * @member {number} startUs
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.startUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * WindowResult endUs.
             * @member {number} endUs
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.endUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * WindowResult revision.
             * @member {number} revision
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.revision = 0;

            /**
             * WindowResult causeOffset.
             * @member {number} causeOffset
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.causeOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * WindowResult count.
             * @member {number} count
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.count = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * WindowResult sum.
             * @member {number|null|undefined} sum
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.sum = null;

            /**
             * WindowResult mean.
             * @member {number|null|undefined} mean
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.mean = null;

            /**
             * WindowResult min.
             * @member {number|null|undefined} min
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.min = null;

            /**
             * WindowResult max.
             * @member {number|null|undefined} max
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.max = null;

            /**
             * WindowResult stddev.
             * @member {number|null|undefined} stddev
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.stddev = null;

            /**
             * WindowResult tag.
             * @member {string} tag
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.tag = "";

            /**
             * WindowResult aggregates.
             * @member {Array.<tidegate.v1.AggregateValue.$Properties>} aggregates
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.aggregates = $util.emptyArray;

            /**
             * WindowResult partial.
             * @member {boolean} partial
             * @memberof tidegate.v1.WindowResult
             * @instance
             */
            WindowResult.prototype.partial = false;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(WindowResult.prototype, "_sum", {
                get: $util.oneOfGetter($oneOfFields = ["sum"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(WindowResult.prototype, "_mean", {
                get: $util.oneOfGetter($oneOfFields = ["mean"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(WindowResult.prototype, "_min", {
                get: $util.oneOfGetter($oneOfFields = ["min"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(WindowResult.prototype, "_max", {
                get: $util.oneOfGetter($oneOfFields = ["max"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(WindowResult.prototype, "_stddev", {
                get: $util.oneOfGetter($oneOfFields = ["stddev"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified WindowResult message. Does not implicitly {@link tidegate.v1.WindowResult.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.WindowResult
             * @static
             * @param {tidegate.v1.WindowResult.$Properties} message WindowResult message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            WindowResult.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.window != null && $Object.hasOwnProperty.call(message, "window") && message.window !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.window);
                if (message.device != null && $Object.hasOwnProperty.call(message, "device") && message.device !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.device);
                if (message.metric != null && $Object.hasOwnProperty.call(message, "metric") && message.metric !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.metric);
                if (message.unit != null && $Object.hasOwnProperty.call(message, "unit") && message.unit !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.unit);
                if (message.startUs != null && $Object.hasOwnProperty.call(message, "startUs") && (typeof message.startUs === "object" ? message.startUs.low || message.startUs.high : message.startUs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).int64(message.startUs);
                if (message.endUs != null && $Object.hasOwnProperty.call(message, "endUs") && (typeof message.endUs === "object" ? message.endUs.low || message.endUs.high : message.endUs !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).int64(message.endUs);
                if (message.revision != null && $Object.hasOwnProperty.call(message, "revision") && message.revision !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.revision);
                if (message.causeOffset != null && $Object.hasOwnProperty.call(message, "causeOffset") && (typeof message.causeOffset === "object" ? message.causeOffset.low || message.causeOffset.high : message.causeOffset !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.causeOffset);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && (typeof message.count === "object" ? message.count.low || message.count.high : message.count !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint64(message.count);
                if (message.sum != null && $Object.hasOwnProperty.call(message, "sum"))
                    writer.uint32(/* id 10, wireType 1 =*/81).double(message.sum);
                if (message.mean != null && $Object.hasOwnProperty.call(message, "mean"))
                    writer.uint32(/* id 11, wireType 1 =*/89).double(message.mean);
                if (message.min != null && $Object.hasOwnProperty.call(message, "min"))
                    writer.uint32(/* id 12, wireType 1 =*/97).double(message.min);
                if (message.max != null && $Object.hasOwnProperty.call(message, "max"))
                    writer.uint32(/* id 13, wireType 1 =*/105).double(message.max);
                if (message.stddev != null && $Object.hasOwnProperty.call(message, "stddev"))
                    writer.uint32(/* id 14, wireType 1 =*/113).double(message.stddev);
                if (message.tag != null && $Object.hasOwnProperty.call(message, "tag") && message.tag !== "")
                    writer.uint32(/* id 15, wireType 2 =*/122).string(message.tag);
                if (message.aggregates != null && message.aggregates.length)
                    for (let i = 0; i < message.aggregates.length; ++i)
                        $root.tidegate.v1.AggregateValue.encode(message.aggregates[i], writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
                if (message.partial != null && $Object.hasOwnProperty.call(message, "partial") && message.partial !== false)
                    writer.uint32(/* id 17, wireType 0 =*/136).bool(message.partial);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a WindowResult message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.WindowResult
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.WindowResult & tidegate.v1.WindowResult.$Shape} WindowResult
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            WindowResult.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.WindowResult();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.window = value;
                            else
                                delete message.window;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.device = value;
                            else
                                delete message.device;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.metric = value;
                            else
                                delete message.metric;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.unit = value;
                            else
                                delete message.unit;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.startUs = value;
                            else
                                delete message.startUs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.endUs = value;
                            else
                                delete message.endUs;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.revision = value;
                            else
                                delete message.revision;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.causeOffset = value;
                            else
                                delete message.causeOffset;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 1)
                                break;
                            message.sum = reader.double();
                            message._sum = "sum";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 1)
                                break;
                            message.mean = reader.double();
                            message._mean = "mean";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 1)
                                break;
                            message.min = reader.double();
                            message._min = "min";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 1)
                                break;
                            message.max = reader.double();
                            message._max = "max";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 1)
                                break;
                            message.stddev = reader.double();
                            message._stddev = "stddev";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.tag = value;
                            else
                                delete message.tag;
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            if (!(message.aggregates && message.aggregates.length))
                                message.aggregates = [];
                            message.aggregates.push($root.tidegate.v1.AggregateValue.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 17: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.partial = value;
                            else
                                delete message.partial;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return WindowResult;
        })();

        v1.AggregateValue = (function() {

            /**
             * Properties of an AggregateValue.
             * @typedef {Object} tidegate.v1.AggregateValue.$Properties
             * @property {string|null} [name] AggregateValue name
             * @property {number|null} [number] AggregateValue number
             * @property {string|null} [text] AggregateValue text
             * @property {boolean|null} [boolean] AggregateValue boolean
             * @property {"number"|"text"|"boolean"} [value] AggregateValue value
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an AggregateValue.
             * @memberof tidegate.v1
             * @interface IAggregateValue
             * @augments tidegate.v1.AggregateValue.$Properties
             * @deprecated Use tidegate.v1.AggregateValue.$Properties instead.
             */

            /**
             * Narrowed shape of an AggregateValue.
             * @typedef {{
             *   name?: string|null;
             *   number?: number|null;
             *   text?: string|null;
             *   boolean?: boolean|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ value?: undefined; number?: null; text?: null; boolean?: null }|{ value?: "number"; number: number; text?: null; boolean?: null }|{ value?: "text"; number?: null; text: string; boolean?: null }|{ value?: "boolean"; number?: null; text?: null; boolean: boolean })
             * )} tidegate.v1.AggregateValue.$Shape
             */

            /**
             * Constructs a new AggregateValue.
             * @memberof tidegate.v1
             * @classdesc Represents an AggregateValue.
             * @constructor
             * @param {tidegate.v1.AggregateValue.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const AggregateValue = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * AggregateValue name.
             * @member {string} name
             * @memberof tidegate.v1.AggregateValue
             * @instance
             */
            AggregateValue.prototype.name = "";

            /**
             * AggregateValue number.
             * @member {number|null|undefined} number
             * @memberof tidegate.v1.AggregateValue
             * @instance
             */
            AggregateValue.prototype.number = null;

            /**
             * AggregateValue text.
             * @member {string|null|undefined} text
             * @memberof tidegate.v1.AggregateValue
             * @instance
             */
            AggregateValue.prototype.text = null;

            /**
             * AggregateValue boolean.
             * @member {boolean|null|undefined} boolean
             * @memberof tidegate.v1.AggregateValue
             * @instance
             */
            AggregateValue.prototype.boolean = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * AggregateValue value.
             * @member {"number"|"text"|"boolean"|undefined} value
             * @memberof tidegate.v1.AggregateValue
             * @instance
             */
            $Object.defineProperty(AggregateValue.prototype, "value", {
                get: $util.oneOfGetter($oneOfFields = ["number", "text", "boolean"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified AggregateValue message. Does not implicitly {@link tidegate.v1.AggregateValue.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.AggregateValue
             * @static
             * @param {tidegate.v1.AggregateValue.$Properties} message AggregateValue message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            AggregateValue.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.number != null && $Object.hasOwnProperty.call(message, "number"))
                    writer.uint32(/* id 2, wireType 1 =*/17).double(message.number);
                if (message.text != null && $Object.hasOwnProperty.call(message, "text"))
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.text);
                if (message.boolean != null && $Object.hasOwnProperty.call(message, "boolean"))
                    writer.uint32(/* id 4, wireType 0 =*/32).bool(message.boolean);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an AggregateValue message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.AggregateValue
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.AggregateValue & tidegate.v1.AggregateValue.$Shape} AggregateValue
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            AggregateValue.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.AggregateValue();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 1)
                                break;
                            message.number = reader.double();
                            message.value = "number";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.text = reader.stringVerify();
                            message.value = "text";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.boolean = reader.bool();
                            message.value = "boolean";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return AggregateValue;
        })();

        v1.AlertBlock = (function() {

            /**
             * Properties of an AlertBlock.
             * @typedef {Object} tidegate.v1.AlertBlock.$Properties
             * @property {number|null} [format] AlertBlock format
             * @property {number|null} [count] AlertBlock count
             * @property {number|null} [ingestTimeUs] AlertBlock ingestTimeUs
             * @property {Array.<tidegate.v1.Alert.$Properties>|null} [alerts] AlertBlock alerts
             * @property {Array.<number>|null} [commitCounts] AlertBlock commitCounts
             * @property {number|null} [commitTimeUnit] AlertBlock commitTimeUnit
             * @property {Array.<number>|null} [commitTimeSteps] AlertBlock commitTimeSteps
             * @property {number|null} [crc32c] AlertBlock crc32c
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an AlertBlock.
             * @memberof tidegate.v1
             * @interface IAlertBlock
             * @augments tidegate.v1.AlertBlock.$Properties
             * @deprecated Use tidegate.v1.AlertBlock.$Properties instead.
             */

            /**
             * Shape of an AlertBlock.
             * @typedef {tidegate.v1.AlertBlock.$Properties} tidegate.v1.AlertBlock.$Shape
             */

            /**
             * Constructs a new AlertBlock.
             * @memberof tidegate.v1
             * @classdesc Represents an AlertBlock.
             * @constructor
             * @param {tidegate.v1.AlertBlock.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const AlertBlock = function (properties) {
                this.alerts = [];
                this.commitCounts = [];
                this.commitTimeSteps = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * AlertBlock format.
             * @member {number} format
             * @memberof tidegate.v1.AlertBlock
             * @instance
             */
            AlertBlock.prototype.format = 0;

            /**
             * AlertBlock count.
             * @member {number} count
             * @memberof tidegate.v1.AlertBlock
             * @instance
             */
            AlertBlock.prototype.count = 0;

            /**
             * AlertBlock ingestTimeUs.
             * @member {number} ingestTimeUs
             * @memberof tidegate.v1.AlertBlock
             * @instance
             */
            AlertBlock.prototype.ingestTimeUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * AlertBlock alerts.
             * @member {Array.<tidegate.v1.Alert.$Properties>} alerts
             * @memberof tidegate.v1.AlertBlock
             * @instance
             */
            AlertBlock.prototype.alerts = $util.emptyArray;

            /**
             * AlertBlock commitCounts.
             * @member {Array.<number>} commitCounts
             * @memberof tidegate.v1.AlertBlock
             * @instance
             */
            AlertBlock.prototype.commitCounts = $util.emptyArray;

            /**
             * AlertBlock commitTimeUnit.
             * @member {number} commitTimeUnit
             * @memberof tidegate.v1.AlertBlock
             * @instance
             */
            AlertBlock.prototype.commitTimeUnit = 0;

            /**
             * AlertBlock commitTimeSteps.
             * @member {Array.<number>} commitTimeSteps
             * @memberof tidegate.v1.AlertBlock
             * @instance
             */
            AlertBlock.prototype.commitTimeSteps = $util.emptyArray;

            /**
             * AlertBlock crc32c.
             * @member {number} crc32c
             * @memberof tidegate.v1.AlertBlock
             * @instance
             */
            AlertBlock.prototype.crc32c = 0;

            /**
             * Encodes the specified AlertBlock message. Does not implicitly {@link tidegate.v1.AlertBlock.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.AlertBlock
             * @static
             * @param {tidegate.v1.AlertBlock.$Properties} message AlertBlock message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            AlertBlock.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.format != null && $Object.hasOwnProperty.call(message, "format") && message.format !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.format);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.count);
                if (message.ingestTimeUs != null && $Object.hasOwnProperty.call(message, "ingestTimeUs") && (typeof message.ingestTimeUs === "object" ? message.ingestTimeUs.low || message.ingestTimeUs.high : message.ingestTimeUs !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.ingestTimeUs);
                if (message.alerts != null && message.alerts.length)
                    for (let i = 0; i < message.alerts.length; ++i)
                        $root.tidegate.v1.Alert.encode(message.alerts[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.commitCounts != null && message.commitCounts.length)
                    writer.uint32(/* id 28, wireType 2 =*/226).uint64s(message.commitCounts);
                if (message.commitTimeUnit != null && $Object.hasOwnProperty.call(message, "commitTimeUnit") && message.commitTimeUnit !== 0)
                    writer.uint32(/* id 29, wireType 0 =*/232).uint32(message.commitTimeUnit);
                if (message.commitTimeSteps != null && message.commitTimeSteps.length)
                    writer.uint32(/* id 30, wireType 2 =*/242).uint64s(message.commitTimeSteps);
                if (message.crc32c != null && $Object.hasOwnProperty.call(message, "crc32c") && message.crc32c !== 0)
                    writer.uint32(/* id 31, wireType 5 =*/253).fixed32(message.crc32c);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an AlertBlock message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.AlertBlock
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.AlertBlock & tidegate.v1.AlertBlock.$Shape} AlertBlock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            AlertBlock.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.AlertBlock();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.format = value;
                            else
                                delete message.format;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.ingestTimeUs = value;
                            else
                                delete message.ingestTimeUs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.alerts && message.alerts.length))
                                message.alerts = [];
                            message.alerts.push($root.tidegate.v1.Alert.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 28: {
                            if (wireType === 2) {
                                if (!(message.commitCounts && message.commitCounts.length))
                                    message.commitCounts = [];
                                reader.uint64s(message.commitCounts);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.commitCounts && message.commitCounts.length))
                                message.commitCounts = [];
                            message.commitCounts.push(reader.uint64());
                            continue;
                        }
                    case 29: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.commitTimeUnit = value;
                            else
                                delete message.commitTimeUnit;
                            continue;
                        }
                    case 30: {
                            if (wireType === 2) {
                                if (!(message.commitTimeSteps && message.commitTimeSteps.length))
                                    message.commitTimeSteps = [];
                                reader.uint64s(message.commitTimeSteps);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.commitTimeSteps && message.commitTimeSteps.length))
                                message.commitTimeSteps = [];
                            message.commitTimeSteps.push(reader.uint64());
                            continue;
                        }
                    case 31: {
                            if (wireType !== 5)
                                break;
                            if (value = reader.fixed32())
                                message.crc32c = value;
                            else
                                delete message.crc32c;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return AlertBlock;
        })();

        /**
         * AlertState enum.
         * @name tidegate.v1.AlertState
         * @enum {number}
         * @property {number} ALERT_STATE_UNSPECIFIED=0 ALERT_STATE_UNSPECIFIED value
         * @property {number} ALERT_STATE_FIRING=1 ALERT_STATE_FIRING value
         * @property {number} ALERT_STATE_RESOLVED=2 ALERT_STATE_RESOLVED value
         */
        v1.AlertState = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "ALERT_STATE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "ALERT_STATE_FIRING"] = 1;
            values[valuesById[2] = "ALERT_STATE_RESOLVED"] = 2;
            return values;
        })();

        /**
         * AlertSeverity enum.
         * @name tidegate.v1.AlertSeverity
         * @enum {number}
         * @property {number} ALERT_SEVERITY_WARNING=0 ALERT_SEVERITY_WARNING value
         * @property {number} ALERT_SEVERITY_INFO=1 ALERT_SEVERITY_INFO value
         * @property {number} ALERT_SEVERITY_CRITICAL=2 ALERT_SEVERITY_CRITICAL value
         */
        v1.AlertSeverity = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "ALERT_SEVERITY_WARNING"] = 0;
            values[valuesById[1] = "ALERT_SEVERITY_INFO"] = 1;
            values[valuesById[2] = "ALERT_SEVERITY_CRITICAL"] = 2;
            return values;
        })();

        v1.Alert = (function() {

            /**
             * Properties of an Alert.
             * @typedef {Object} tidegate.v1.Alert.$Properties
             * @property {string|null} [rule] Alert rule
             * @property {string|null} [device] Alert device
             * @property {string|null} [metric] Alert metric
             * @property {tidegate.v1.AlertState|null} [state] Alert state
             * @property {number|null} [eventTimeUs] Alert eventTimeUs
             * @property {number|null} [value] Alert value
             * @property {number|null} [causeOffset] Alert causeOffset
             * @property {string|null} [text] Alert text
             * @property {boolean|null} [boolean] Alert boolean
             * @property {boolean|null} [withoutValue] Alert withoutValue
             * @property {tidegate.v1.AlertSeverity|null} [severity] Alert severity
             * @property {string|null} [detail] Alert detail
             * @property {string|null} [tag] Alert tag
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Alert.
             * @memberof tidegate.v1
             * @interface IAlert
             * @augments tidegate.v1.Alert.$Properties
             * @deprecated Use tidegate.v1.Alert.$Properties instead.
             */

            /**
             * Shape of an Alert.
             * @typedef {tidegate.v1.Alert.$Properties} tidegate.v1.Alert.$Shape
             */

            /**
             * Constructs a new Alert.
             * @memberof tidegate.v1
             * @classdesc Represents an Alert.
             * @constructor
             * @param {tidegate.v1.Alert.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Alert = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Alert rule.
             * @member {string} rule
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.rule = "";

            /**
             * Alert device.
             * @member {string} device
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.device = "";

            /**
             * Alert metric.
             * @member {string} metric
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.metric = "";

            /**
             * Alert state.
             * @member {tidegate.v1.AlertState} state
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.state = 0;

            /**
             * Alert eventTimeUs.
             * @member {number} eventTimeUs
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.eventTimeUs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Alert value.
             * @member {number} value
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.value = 0;

            /**
             * Alert causeOffset.
             * @member {number} causeOffset
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.causeOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Alert text.
             * @member {string|null|undefined} text
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.text = null;

            /**
             * Alert boolean.
             * @member {boolean|null|undefined} boolean
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.boolean = null;

            /**
             * Alert withoutValue.
             * @member {boolean} withoutValue
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.withoutValue = false;

            /**
             * Alert severity.
             * @member {tidegate.v1.AlertSeverity} severity
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.severity = 0;

            /**
             * Alert detail.
             * @member {string} detail
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.detail = "";

            /**
             * Alert tag.
             * @member {string} tag
             * @memberof tidegate.v1.Alert
             * @instance
             */
            Alert.prototype.tag = "";

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Alert.prototype, "_text", {
                get: $util.oneOfGetter($oneOfFields = ["text"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Alert.prototype, "_boolean", {
                get: $util.oneOfGetter($oneOfFields = ["boolean"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Alert message. Does not implicitly {@link tidegate.v1.Alert.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.Alert
             * @static
             * @param {tidegate.v1.Alert.$Properties} message Alert message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Alert.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.rule != null && $Object.hasOwnProperty.call(message, "rule") && message.rule !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.rule);
                if (message.device != null && $Object.hasOwnProperty.call(message, "device") && message.device !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.device);
                if (message.metric != null && $Object.hasOwnProperty.call(message, "metric") && message.metric !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.metric);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.state);
                if (message.eventTimeUs != null && $Object.hasOwnProperty.call(message, "eventTimeUs") && (typeof message.eventTimeUs === "object" ? message.eventTimeUs.low || message.eventTimeUs.high : message.eventTimeUs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).int64(message.eventTimeUs);
                if (message.value != null && $Object.hasOwnProperty.call(message, "value") && !$Object.is(message.value, 0))
                    writer.uint32(/* id 6, wireType 1 =*/49).double(message.value);
                if (message.causeOffset != null && $Object.hasOwnProperty.call(message, "causeOffset") && (typeof message.causeOffset === "object" ? message.causeOffset.low || message.causeOffset.high : message.causeOffset !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.causeOffset);
                if (message.text != null && $Object.hasOwnProperty.call(message, "text"))
                    writer.uint32(/* id 8, wireType 2 =*/66).string(message.text);
                if (message.boolean != null && $Object.hasOwnProperty.call(message, "boolean"))
                    writer.uint32(/* id 9, wireType 0 =*/72).bool(message.boolean);
                if (message.withoutValue != null && $Object.hasOwnProperty.call(message, "withoutValue") && message.withoutValue !== false)
                    writer.uint32(/* id 10, wireType 0 =*/80).bool(message.withoutValue);
                if (message.severity != null && $Object.hasOwnProperty.call(message, "severity") && message.severity !== 0)
                    writer.uint32(/* id 11, wireType 0 =*/88).int32(message.severity);
                if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                    writer.uint32(/* id 12, wireType 2 =*/98).string(message.detail);
                if (message.tag != null && $Object.hasOwnProperty.call(message, "tag") && message.tag !== "")
                    writer.uint32(/* id 13, wireType 2 =*/106).string(message.tag);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Alert message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.Alert
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.Alert & tidegate.v1.Alert.$Shape} Alert
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Alert.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.Alert();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.rule = value;
                            else
                                delete message.rule;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.device = value;
                            else
                                delete message.device;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.metric = value;
                            else
                                delete message.metric;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.eventTimeUs = value;
                            else
                                delete message.eventTimeUs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.value = value;
                            else
                                delete message.value;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.causeOffset = value;
                            else
                                delete message.causeOffset;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.text = reader.stringVerify();
                            message._text = "text";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            message.boolean = reader.bool();
                            message._boolean = "boolean";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.withoutValue = value;
                            else
                                delete message.withoutValue;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.severity = value;
                            else
                                delete message.severity;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.detail = value;
                            else
                                delete message.detail;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.tag = value;
                            else
                                delete message.tag;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Alert;
        })();

        /**
         * Lane enum.
         * @name tidegate.v1.Lane
         * @enum {number}
         * @property {number} LANE_UNSPECIFIED=0 LANE_UNSPECIFIED value
         * @property {number} LANE_READINGS=1 LANE_READINGS value
         * @property {number} LANE_RESULTS=2 LANE_RESULTS value
         * @property {number} LANE_ALERTS=3 LANE_ALERTS value
         */
        v1.Lane = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "LANE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "LANE_READINGS"] = 1;
            values[valuesById[2] = "LANE_RESULTS"] = 2;
            values[valuesById[3] = "LANE_ALERTS"] = 3;
            return values;
        })();

        v1.ForwardRequest = (function() {

            /**
             * Properties of a ForwardRequest.
             * @typedef {Object} tidegate.v1.ForwardRequest.$Properties
             * @property {tidegate.v1.Hello.$Properties|null} [hello] ForwardRequest hello
             * @property {tidegate.v1.Batch.$Properties|null} [batch] ForwardRequest batch
             * @property {tidegate.v1.Gap.$Properties|null} [gap] ForwardRequest gap
             * @property {"hello"|"batch"|"gap"} [request] ForwardRequest request
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ForwardRequest.
             * @memberof tidegate.v1
             * @interface IForwardRequest
             * @augments tidegate.v1.ForwardRequest.$Properties
             * @deprecated Use tidegate.v1.ForwardRequest.$Properties instead.
             */

            /**
             * Narrowed shape of a ForwardRequest.
             * @typedef {{
             *   hello?: tidegate.v1.Hello.$Shape|null;
             *   batch?: tidegate.v1.Batch.$Shape|null;
             *   gap?: tidegate.v1.Gap.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ request?: undefined; hello?: null; batch?: null; gap?: null }|{ request?: "hello"; hello: tidegate.v1.Hello.$Shape; batch?: null; gap?: null }|{ request?: "batch"; hello?: null; batch: tidegate.v1.Batch.$Shape; gap?: null }|{ request?: "gap"; hello?: null; batch?: null; gap: tidegate.v1.Gap.$Shape })
             * )} tidegate.v1.ForwardRequest.$Shape
             */

            /**
             * Constructs a new ForwardRequest.
             * @memberof tidegate.v1
             * @classdesc Represents a ForwardRequest.
             * @constructor
             * @param {tidegate.v1.ForwardRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ForwardRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ForwardRequest hello.
             * @member {tidegate.v1.Hello.$Properties|null|undefined} hello
             * @memberof tidegate.v1.ForwardRequest
             * @instance
             */
            ForwardRequest.prototype.hello = null;

            /**
             * ForwardRequest batch.
             * @member {tidegate.v1.Batch.$Properties|null|undefined} batch
             * @memberof tidegate.v1.ForwardRequest
             * @instance
             */
            ForwardRequest.prototype.batch = null;

            /**
             * ForwardRequest gap.
             * @member {tidegate.v1.Gap.$Properties|null|undefined} gap
             * @memberof tidegate.v1.ForwardRequest
             * @instance
             */
            ForwardRequest.prototype.gap = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * ForwardRequest request.
             * @member {"hello"|"batch"|"gap"|undefined} request
             * @memberof tidegate.v1.ForwardRequest
             * @instance
             */
            $Object.defineProperty(ForwardRequest.prototype, "request", {
                get: $util.oneOfGetter($oneOfFields = ["hello", "batch", "gap"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified ForwardRequest message. Does not implicitly {@link tidegate.v1.ForwardRequest.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.ForwardRequest
             * @static
             * @param {tidegate.v1.ForwardRequest.$Properties} message ForwardRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ForwardRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                    $root.tidegate.v1.Hello.encode(message.hello, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.batch != null && $Object.hasOwnProperty.call(message, "batch"))
                    $root.tidegate.v1.Batch.encode(message.batch, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.gap != null && $Object.hasOwnProperty.call(message, "gap"))
                    $root.tidegate.v1.Gap.encode(message.gap, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ForwardRequest message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.ForwardRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.ForwardRequest & tidegate.v1.ForwardRequest.$Shape} ForwardRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ForwardRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.ForwardRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.hello = $root.tidegate.v1.Hello.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                            message.request = "hello";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.batch = $root.tidegate.v1.Batch.decode(reader, reader.size(), $undefined, _depth + 1, message.batch);
                            message.request = "batch";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.gap = $root.tidegate.v1.Gap.decode(reader, reader.size(), $undefined, _depth + 1, message.gap);
                            message.request = "gap";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ForwardRequest;
        })();

        v1.ForwardResponse = (function() {

            /**
             * Properties of a ForwardResponse.
             * @typedef {Object} tidegate.v1.ForwardResponse.$Properties
             * @property {tidegate.v1.Welcome.$Properties|null} [welcome] ForwardResponse welcome
             * @property {tidegate.v1.Ack.$Properties|null} [ack] ForwardResponse ack
             * @property {"welcome"|"ack"} [response] ForwardResponse response
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ForwardResponse.
             * @memberof tidegate.v1
             * @interface IForwardResponse
             * @augments tidegate.v1.ForwardResponse.$Properties
             * @deprecated Use tidegate.v1.ForwardResponse.$Properties instead.
             */

            /**
             * Narrowed shape of a ForwardResponse.
             * @typedef {{
             *   welcome?: tidegate.v1.Welcome.$Shape|null;
             *   ack?: tidegate.v1.Ack.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ response?: undefined; welcome?: null; ack?: null }|{ response?: "welcome"; welcome: tidegate.v1.Welcome.$Shape; ack?: null }|{ response?: "ack"; welcome?: null; ack: tidegate.v1.Ack.$Shape })
             * )} tidegate.v1.ForwardResponse.$Shape
             */

            /**
             * Constructs a new ForwardResponse.
             * @memberof tidegate.v1
             * @classdesc Represents a ForwardResponse.
             * @constructor
             * @param {tidegate.v1.ForwardResponse.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ForwardResponse = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ForwardResponse welcome.
             * @member {tidegate.v1.Welcome.$Properties|null|undefined} welcome
             * @memberof tidegate.v1.ForwardResponse
             * @instance
             */
            ForwardResponse.prototype.welcome = null;

            /**
             * ForwardResponse ack.
             * @member {tidegate.v1.Ack.$Properties|null|undefined} ack
             * @memberof tidegate.v1.ForwardResponse
             * @instance
             */
            ForwardResponse.prototype.ack = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * ForwardResponse response.
             * @member {"welcome"|"ack"|undefined} response
             * @memberof tidegate.v1.ForwardResponse
             * @instance
             */
            $Object.defineProperty(ForwardResponse.prototype, "response", {
                get: $util.oneOfGetter($oneOfFields = ["welcome", "ack"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified ForwardResponse message. Does not implicitly {@link tidegate.v1.ForwardResponse.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.ForwardResponse
             * @static
             * @param {tidegate.v1.ForwardResponse.$Properties} message ForwardResponse message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ForwardResponse.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.welcome != null && $Object.hasOwnProperty.call(message, "welcome"))
                    $root.tidegate.v1.Welcome.encode(message.welcome, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.ack != null && $Object.hasOwnProperty.call(message, "ack"))
                    $root.tidegate.v1.Ack.encode(message.ack, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ForwardResponse message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.ForwardResponse
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.ForwardResponse & tidegate.v1.ForwardResponse.$Shape} ForwardResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ForwardResponse.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.ForwardResponse();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.welcome = $root.tidegate.v1.Welcome.decode(reader, reader.size(), $undefined, _depth + 1, message.welcome);
                            message.response = "welcome";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.ack = $root.tidegate.v1.Ack.decode(reader, reader.size(), $undefined, _depth + 1, message.ack);
                            message.response = "ack";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ForwardResponse;
        })();

        v1.Hello = (function() {

            /**
             * Properties of a Hello.
             * @typedef {Object} tidegate.v1.Hello.$Properties
             * @property {number|null} [protocol] Hello protocol
             * @property {string|null} [gatewayId] Hello gatewayId
             * @property {string|null} [logId] Hello logId
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Hello.
             * @memberof tidegate.v1
             * @interface IHello
             * @augments tidegate.v1.Hello.$Properties
             * @deprecated Use tidegate.v1.Hello.$Properties instead.
             */

            /**
             * Shape of a Hello.
             * @typedef {tidegate.v1.Hello.$Properties} tidegate.v1.Hello.$Shape
             */

            /**
             * Constructs a new Hello.
             * @memberof tidegate.v1
             * @classdesc Represents a Hello.
             * @constructor
             * @param {tidegate.v1.Hello.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Hello = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Hello protocol.
             * @member {number} protocol
             * @memberof tidegate.v1.Hello
             * @instance
             */
            Hello.prototype.protocol = 0;

            /**
             * Hello gatewayId.
             * @member {string} gatewayId
             * @memberof tidegate.v1.Hello
             * @instance
             */
            Hello.prototype.gatewayId = "";

            /**
             * Hello logId.
             * @member {string} logId
             * @memberof tidegate.v1.Hello
             * @instance
             */
            Hello.prototype.logId = "";

            /**
             * Encodes the specified Hello message. Does not implicitly {@link tidegate.v1.Hello.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.Hello
             * @static
             * @param {tidegate.v1.Hello.$Properties} message Hello message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Hello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.protocol != null && $Object.hasOwnProperty.call(message, "protocol") && message.protocol !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.protocol);
                if (message.gatewayId != null && $Object.hasOwnProperty.call(message, "gatewayId") && message.gatewayId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.gatewayId);
                if (message.logId != null && $Object.hasOwnProperty.call(message, "logId") && message.logId !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.logId);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.Hello
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.Hello & tidegate.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Hello.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.Hello();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.protocol = value;
                            else
                                delete message.protocol;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.gatewayId = value;
                            else
                                delete message.gatewayId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.logId = value;
                            else
                                delete message.logId;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Hello;
        })();

        v1.Welcome = (function() {

            /**
             * Properties of a Welcome.
             * @typedef {Object} tidegate.v1.Welcome.$Properties
             * @property {Array.<tidegate.v1.LanePosition.$Properties>|null} [positions] Welcome positions
             * @property {boolean|null} [anyOrder] Welcome anyOrder
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Welcome.
             * @memberof tidegate.v1
             * @interface IWelcome
             * @augments tidegate.v1.Welcome.$Properties
             * @deprecated Use tidegate.v1.Welcome.$Properties instead.
             */

            /**
             * Shape of a Welcome.
             * @typedef {tidegate.v1.Welcome.$Properties} tidegate.v1.Welcome.$Shape
             */

            /**
             * Constructs a new Welcome.
             * @memberof tidegate.v1
             * @classdesc Represents a Welcome.
             * @constructor
             * @param {tidegate.v1.Welcome.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Welcome = function (properties) {
                this.positions = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Welcome positions.
             * @member {Array.<tidegate.v1.LanePosition.$Properties>} positions
             * @memberof tidegate.v1.Welcome
             * @instance
             */
            Welcome.prototype.positions = $util.emptyArray;

            /**
             * Welcome anyOrder.
             * @member {boolean} anyOrder
             * @memberof tidegate.v1.Welcome
             * @instance
             */
            Welcome.prototype.anyOrder = false;

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link tidegate.v1.Welcome.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.Welcome
             * @static
             * @param {tidegate.v1.Welcome.$Properties} message Welcome message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Welcome.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.positions != null && message.positions.length)
                    for (let i = 0; i < message.positions.length; ++i)
                        $root.tidegate.v1.LanePosition.encode(message.positions[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.anyOrder != null && $Object.hasOwnProperty.call(message, "anyOrder") && message.anyOrder !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.anyOrder);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.Welcome
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.Welcome & tidegate.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Welcome.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.Welcome();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.positions && message.positions.length))
                                message.positions = [];
                            message.positions.push($root.tidegate.v1.LanePosition.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.anyOrder = value;
                            else
                                delete message.anyOrder;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Welcome;
        })();

        v1.LanePosition = (function() {

            /**
             * Properties of a LanePosition.
             * @typedef {Object} tidegate.v1.LanePosition.$Properties
             * @property {tidegate.v1.Lane|null} [lane] LanePosition lane
             * @property {number|null} [nextOffset] LanePosition nextOffset
             * @property {Array.<tidegate.v1.OffsetRange.$Properties>|null} [settled] LanePosition settled
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a LanePosition.
             * @memberof tidegate.v1
             * @interface ILanePosition
             * @augments tidegate.v1.LanePosition.$Properties
             * @deprecated Use tidegate.v1.LanePosition.$Properties instead.
             */

            /**
             * Shape of a LanePosition.
             * @typedef {tidegate.v1.LanePosition.$Properties} tidegate.v1.LanePosition.$Shape
             */

            /**
             * Constructs a new LanePosition.
             * @memberof tidegate.v1
             * @classdesc Represents a LanePosition.
             * @constructor
             * @param {tidegate.v1.LanePosition.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const LanePosition = function (properties) {
                this.settled = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * LanePosition lane.
             * @member {tidegate.v1.Lane} lane
             * @memberof tidegate.v1.LanePosition
             * @instance
             */
            LanePosition.prototype.lane = 0;

            /**
             * LanePosition nextOffset.
             * @member {number} nextOffset
             * @memberof tidegate.v1.LanePosition
             * @instance
             */
            LanePosition.prototype.nextOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * LanePosition settled.
             * @member {Array.<tidegate.v1.OffsetRange.$Properties>} settled
             * @memberof tidegate.v1.LanePosition
             * @instance
             */
            LanePosition.prototype.settled = $util.emptyArray;

            /**
             * Encodes the specified LanePosition message. Does not implicitly {@link tidegate.v1.LanePosition.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.LanePosition
             * @static
             * @param {tidegate.v1.LanePosition.$Properties} message LanePosition message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            LanePosition.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.lane != null && $Object.hasOwnProperty.call(message, "lane") && message.lane !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.lane);
                if (message.nextOffset != null && $Object.hasOwnProperty.call(message, "nextOffset") && (typeof message.nextOffset === "object" ? message.nextOffset.low || message.nextOffset.high : message.nextOffset !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.nextOffset);
                if (message.settled != null && message.settled.length)
                    for (let i = 0; i < message.settled.length; ++i)
                        $root.tidegate.v1.OffsetRange.encode(message.settled[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a LanePosition message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.LanePosition
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.LanePosition & tidegate.v1.LanePosition.$Shape} LanePosition
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            LanePosition.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.LanePosition();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.lane = value;
                            else
                                delete message.lane;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.nextOffset = value;
                            else
                                delete message.nextOffset;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.settled && message.settled.length))
                                message.settled = [];
                            message.settled.push($root.tidegate.v1.OffsetRange.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return LanePosition;
        })();

        v1.OffsetRange = (function() {

            /**
             * Properties of an OffsetRange.
             * @typedef {Object} tidegate.v1.OffsetRange.$Properties
             * @property {number|null} [fromOffset] OffsetRange fromOffset
             * @property {number|null} [toOffset] OffsetRange toOffset
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an OffsetRange.
             * @memberof tidegate.v1
             * @interface IOffsetRange
             * @augments tidegate.v1.OffsetRange.$Properties
             * @deprecated Use tidegate.v1.OffsetRange.$Properties instead.
             */

            /**
             * Shape of an OffsetRange.
             * @typedef {tidegate.v1.OffsetRange.$Properties} tidegate.v1.OffsetRange.$Shape
             */

            /**
             * Constructs a new OffsetRange.
             * @memberof tidegate.v1
             * @classdesc Represents an OffsetRange.
             * @constructor
             * @param {tidegate.v1.OffsetRange.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const OffsetRange = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * OffsetRange fromOffset.
             * @member {number} fromOffset
             * @memberof tidegate.v1.OffsetRange
             * @instance
             */
            OffsetRange.prototype.fromOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * OffsetRange toOffset.
             * @member {number} toOffset
             * @memberof tidegate.v1.OffsetRange
             * @instance
             */
            OffsetRange.prototype.toOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified OffsetRange message. Does not implicitly {@link tidegate.v1.OffsetRange.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.OffsetRange
             * @static
             * @param {tidegate.v1.OffsetRange.$Properties} message OffsetRange message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            OffsetRange.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.fromOffset != null && $Object.hasOwnProperty.call(message, "fromOffset") && (typeof message.fromOffset === "object" ? message.fromOffset.low || message.fromOffset.high : message.fromOffset !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.fromOffset);
                if (message.toOffset != null && $Object.hasOwnProperty.call(message, "toOffset") && (typeof message.toOffset === "object" ? message.toOffset.low || message.toOffset.high : message.toOffset !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.toOffset);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an OffsetRange message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.OffsetRange
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.OffsetRange & tidegate.v1.OffsetRange.$Shape} OffsetRange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            OffsetRange.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.OffsetRange();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.fromOffset = value;
                            else
                                delete message.fromOffset;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.toOffset = value;
                            else
                                delete message.toOffset;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return OffsetRange;
        })();

        v1.Batch = (function() {

            /**
             * Properties of a Batch.
             * @typedef {Object} tidegate.v1.Batch.$Properties
             * @property {tidegate.v1.Lane|null} [lane] Batch lane
             * @property {number|null} [firstOffset] Batch firstOffset
             * @property {number|null} [count] Batch count
             * @property {Uint8Array|null} [block] Batch block
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Batch.
             * @memberof tidegate.v1
             * @interface IBatch
             * @augments tidegate.v1.Batch.$Properties
             * @deprecated Use tidegate.v1.Batch.$Properties instead.
             */

            /**
             * Shape of a Batch.
             * @typedef {tidegate.v1.Batch.$Properties} tidegate.v1.Batch.$Shape
             */

            /**
             * Constructs a new Batch.
             * @memberof tidegate.v1
             * @classdesc Represents a Batch.
             * @constructor
             * @param {tidegate.v1.Batch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Batch = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Batch lane.
             * @member {tidegate.v1.Lane} lane
             * @memberof tidegate.v1.Batch
             * @instance
             */
            Batch.prototype.lane = 0;

            /**
             * Batch firstOffset.
             * @member {number} firstOffset
             * @memberof tidegate.v1.Batch
             * @instance
             */
            Batch.prototype.firstOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Batch count.
             * @member {number} count
             * @memberof tidegate.v1.Batch
             * @instance
             */
            Batch.prototype.count = 0;

            /**
             * Batch block.
             * @member {Uint8Array} block
             * @memberof tidegate.v1.Batch
             * @instance
             */
            Batch.prototype.block = $util.newBuffer([]);

            /**
             * Encodes the specified Batch message. Does not implicitly {@link tidegate.v1.Batch.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.Batch
             * @static
             * @param {tidegate.v1.Batch.$Properties} message Batch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Batch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.lane != null && $Object.hasOwnProperty.call(message, "lane") && message.lane !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.lane);
                if (message.firstOffset != null && $Object.hasOwnProperty.call(message, "firstOffset") && (typeof message.firstOffset === "object" ? message.firstOffset.low || message.firstOffset.high : message.firstOffset !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.firstOffset);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.count);
                if (message.block != null && $Object.hasOwnProperty.call(message, "block") && message.block.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.block);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Batch message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.Batch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.Batch & tidegate.v1.Batch.$Shape} Batch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Batch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.Batch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.lane = value;
                            else
                                delete message.lane;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.firstOffset = value;
                            else
                                delete message.firstOffset;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.block = value;
                            else
                                delete message.block;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Batch;
        })();

        /**
         * GapReason enum.
         * @name tidegate.v1.GapReason
         * @enum {number}
         * @property {number} GAP_REASON_UNKNOWN=0 GAP_REASON_UNKNOWN value
         * @property {number} GAP_REASON_SIZE=1 GAP_REASON_SIZE value
         * @property {number} GAP_REASON_AGE=2 GAP_REASON_AGE value
         * @property {number} GAP_REASON_DISK=3 GAP_REASON_DISK value
         * @property {number} GAP_REASON_CORRUPT=4 GAP_REASON_CORRUPT value
         */
        v1.GapReason = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "GAP_REASON_UNKNOWN"] = 0;
            values[valuesById[1] = "GAP_REASON_SIZE"] = 1;
            values[valuesById[2] = "GAP_REASON_AGE"] = 2;
            values[valuesById[3] = "GAP_REASON_DISK"] = 3;
            values[valuesById[4] = "GAP_REASON_CORRUPT"] = 4;
            return values;
        })();

        v1.Gap = (function() {

            /**
             * Properties of a Gap.
             * @typedef {Object} tidegate.v1.Gap.$Properties
             * @property {tidegate.v1.Lane|null} [lane] Gap lane
             * @property {number|null} [fromOffset] Gap fromOffset
             * @property {number|null} [toOffset] Gap toOffset
             * @property {tidegate.v1.GapReason|null} [reason] Gap reason
             * @property {number|null} [sinceUs] Gap sinceUs
             * @property {number|null} [untilUs] Gap untilUs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Gap.
             * @memberof tidegate.v1
             * @interface IGap
             * @augments tidegate.v1.Gap.$Properties
             * @deprecated Use tidegate.v1.Gap.$Properties instead.
             */

            /**
             * Shape of a Gap.
             * @typedef {tidegate.v1.Gap.$Properties} tidegate.v1.Gap.$Shape
             */

            /**
             * Constructs a new Gap.
             * @memberof tidegate.v1
             * @classdesc Represents a Gap.
             * @constructor
             * @param {tidegate.v1.Gap.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Gap = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Gap lane.
             * @member {tidegate.v1.Lane} lane
             * @memberof tidegate.v1.Gap
             * @instance
             */
            Gap.prototype.lane = 0;

            /**
             * Gap fromOffset.
             * @member {number} fromOffset
             * @memberof tidegate.v1.Gap
             * @instance
             */
            Gap.prototype.fromOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Gap toOffset.
             * @member {number} toOffset
             * @memberof tidegate.v1.Gap
             * @instance
             */
            Gap.prototype.toOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Gap reason.
             * @member {tidegate.v1.GapReason} reason
             * @memberof tidegate.v1.Gap
             * @instance
             */
            Gap.prototype.reason = 0;

            /**
             * Gap sinceUs.
             * @member {number} sinceUs
             * @memberof tidegate.v1.Gap
             * @instance
             */
            Gap.prototype.sinceUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Gap untilUs.
             * @member {number} untilUs
             * @memberof tidegate.v1.Gap
             * @instance
             */
            Gap.prototype.untilUs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Gap message. Does not implicitly {@link tidegate.v1.Gap.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.Gap
             * @static
             * @param {tidegate.v1.Gap.$Properties} message Gap message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Gap.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.lane != null && $Object.hasOwnProperty.call(message, "lane") && message.lane !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.lane);
                if (message.fromOffset != null && $Object.hasOwnProperty.call(message, "fromOffset") && (typeof message.fromOffset === "object" ? message.fromOffset.low || message.fromOffset.high : message.fromOffset !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.fromOffset);
                if (message.toOffset != null && $Object.hasOwnProperty.call(message, "toOffset") && (typeof message.toOffset === "object" ? message.toOffset.low || message.toOffset.high : message.toOffset !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.toOffset);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.reason);
                if (message.sinceUs != null && $Object.hasOwnProperty.call(message, "sinceUs") && (typeof message.sinceUs === "object" ? message.sinceUs.low || message.sinceUs.high : message.sinceUs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.sinceUs);
                if (message.untilUs != null && $Object.hasOwnProperty.call(message, "untilUs") && (typeof message.untilUs === "object" ? message.untilUs.low || message.untilUs.high : message.untilUs !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.untilUs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Gap message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.Gap
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.Gap & tidegate.v1.Gap.$Shape} Gap
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Gap.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.Gap();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.lane = value;
                            else
                                delete message.lane;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.fromOffset = value;
                            else
                                delete message.fromOffset;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.toOffset = value;
                            else
                                delete message.toOffset;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sinceUs = value;
                            else
                                delete message.sinceUs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.untilUs = value;
                            else
                                delete message.untilUs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Gap;
        })();

        v1.Ack = (function() {

            /**
             * Properties of an Ack.
             * @typedef {Object} tidegate.v1.Ack.$Properties
             * @property {tidegate.v1.Lane|null} [lane] Ack lane
             * @property {number|null} [nextOffset] Ack nextOffset
             * @property {Array.<tidegate.v1.OffsetRange.$Properties>|null} [settled] Ack settled
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Ack.
             * @memberof tidegate.v1
             * @interface IAck
             * @augments tidegate.v1.Ack.$Properties
             * @deprecated Use tidegate.v1.Ack.$Properties instead.
             */

            /**
             * Shape of an Ack.
             * @typedef {tidegate.v1.Ack.$Properties} tidegate.v1.Ack.$Shape
             */

            /**
             * Constructs a new Ack.
             * @memberof tidegate.v1
             * @classdesc Represents an Ack.
             * @constructor
             * @param {tidegate.v1.Ack.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Ack = function (properties) {
                this.settled = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Ack lane.
             * @member {tidegate.v1.Lane} lane
             * @memberof tidegate.v1.Ack
             * @instance
             */
            Ack.prototype.lane = 0;

            /**
             * Ack nextOffset.
             * @member {number} nextOffset
             * @memberof tidegate.v1.Ack
             * @instance
             */
            Ack.prototype.nextOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Ack settled.
             * @member {Array.<tidegate.v1.OffsetRange.$Properties>} settled
             * @memberof tidegate.v1.Ack
             * @instance
             */
            Ack.prototype.settled = $util.emptyArray;

            /**
             * Encodes the specified Ack message. Does not implicitly {@link tidegate.v1.Ack.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.Ack
             * @static
             * @param {tidegate.v1.Ack.$Properties} message Ack message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Ack.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.lane != null && $Object.hasOwnProperty.call(message, "lane") && message.lane !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.lane);
                if (message.nextOffset != null && $Object.hasOwnProperty.call(message, "nextOffset") && (typeof message.nextOffset === "object" ? message.nextOffset.low || message.nextOffset.high : message.nextOffset !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.nextOffset);
                if (message.settled != null && message.settled.length)
                    for (let i = 0; i < message.settled.length; ++i)
                        $root.tidegate.v1.OffsetRange.encode(message.settled[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Ack message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.Ack
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.Ack & tidegate.v1.Ack.$Shape} Ack
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Ack.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.Ack();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.lane = value;
                            else
                                delete message.lane;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.nextOffset = value;
                            else
                                delete message.nextOffset;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.settled && message.settled.length))
                                message.settled = [];
                            message.settled.push($root.tidegate.v1.OffsetRange.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Ack;
        })();

        v1.ReportRequest = (function() {

            /**
             * Properties of a ReportRequest.
             * @typedef {Object} tidegate.v1.ReportRequest.$Properties
             * @property {string|null} [gatewayId] ReportRequest gatewayId
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ReportRequest.
             * @memberof tidegate.v1
             * @interface IReportRequest
             * @augments tidegate.v1.ReportRequest.$Properties
             * @deprecated Use tidegate.v1.ReportRequest.$Properties instead.
             */

            /**
             * Shape of a ReportRequest.
             * @typedef {tidegate.v1.ReportRequest.$Properties} tidegate.v1.ReportRequest.$Shape
             */

            /**
             * Constructs a new ReportRequest.
             * @memberof tidegate.v1
             * @classdesc Represents a ReportRequest.
             * @constructor
             * @param {tidegate.v1.ReportRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ReportRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ReportRequest gatewayId.
             * @member {string} gatewayId
             * @memberof tidegate.v1.ReportRequest
             * @instance
             */
            ReportRequest.prototype.gatewayId = "";

            /**
             * Encodes the specified ReportRequest message. Does not implicitly {@link tidegate.v1.ReportRequest.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.ReportRequest
             * @static
             * @param {tidegate.v1.ReportRequest.$Properties} message ReportRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ReportRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.gatewayId != null && $Object.hasOwnProperty.call(message, "gatewayId") && message.gatewayId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.gatewayId);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ReportRequest message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.ReportRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.ReportRequest & tidegate.v1.ReportRequest.$Shape} ReportRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ReportRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.ReportRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.gatewayId = value;
                            else
                                delete message.gatewayId;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ReportRequest;
        })();

        v1.OriginReport = (function() {

            /**
             * Properties of an OriginReport.
             * @typedef {Object} tidegate.v1.OriginReport.$Properties
             * @property {string|null} [gatewayId] OriginReport gatewayId
             * @property {string|null} [logId] OriginReport logId
             * @property {Array.<tidegate.v1.LaneReport.$Properties>|null} [lanes] OriginReport lanes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an OriginReport.
             * @memberof tidegate.v1
             * @interface IOriginReport
             * @augments tidegate.v1.OriginReport.$Properties
             * @deprecated Use tidegate.v1.OriginReport.$Properties instead.
             */

            /**
             * Shape of an OriginReport.
             * @typedef {tidegate.v1.OriginReport.$Properties} tidegate.v1.OriginReport.$Shape
             */

            /**
             * Constructs a new OriginReport.
             * @memberof tidegate.v1
             * @classdesc Represents an OriginReport.
             * @constructor
             * @param {tidegate.v1.OriginReport.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const OriginReport = function (properties) {
                this.lanes = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * OriginReport gatewayId.
             * @member {string} gatewayId
             * @memberof tidegate.v1.OriginReport
             * @instance
             */
            OriginReport.prototype.gatewayId = "";

            /**
             * OriginReport logId.
             * @member {string} logId
             * @memberof tidegate.v1.OriginReport
             * @instance
             */
            OriginReport.prototype.logId = "";

            /**
             * OriginReport lanes.
             * @member {Array.<tidegate.v1.LaneReport.$Properties>} lanes
             * @memberof tidegate.v1.OriginReport
             * @instance
             */
            OriginReport.prototype.lanes = $util.emptyArray;

            /**
             * Encodes the specified OriginReport message. Does not implicitly {@link tidegate.v1.OriginReport.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.OriginReport
             * @static
             * @param {tidegate.v1.OriginReport.$Properties} message OriginReport message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            OriginReport.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.gatewayId != null && $Object.hasOwnProperty.call(message, "gatewayId") && message.gatewayId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.gatewayId);
                if (message.logId != null && $Object.hasOwnProperty.call(message, "logId") && message.logId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.logId);
                if (message.lanes != null && message.lanes.length)
                    for (let i = 0; i < message.lanes.length; ++i)
                        $root.tidegate.v1.LaneReport.encode(message.lanes[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an OriginReport message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.OriginReport
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.OriginReport & tidegate.v1.OriginReport.$Shape} OriginReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            OriginReport.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.OriginReport();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.gatewayId = value;
                            else
                                delete message.gatewayId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.logId = value;
                            else
                                delete message.logId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.lanes && message.lanes.length))
                                message.lanes = [];
                            message.lanes.push($root.tidegate.v1.LaneReport.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return OriginReport;
        })();

        v1.LaneReport = (function() {

            /**
             * Properties of a LaneReport.
             * @typedef {Object} tidegate.v1.LaneReport.$Properties
             * @property {tidegate.v1.Lane|null} [lane] LaneReport lane
             * @property {number|null} [received] LaneReport received
             * @property {number|null} [duplicates] LaneReport duplicates
             * @property {Array.<tidegate.v1.LossCount.$Properties>|null} [lost] LaneReport lost
             * @property {Array.<tidegate.v1.Gap.$Properties>|null} [losses] LaneReport losses
             * @property {Array.<tidegate.v1.OffsetRange.$Properties>|null} [missing] LaneReport missing
             * @property {number|null} [nextOffset] LaneReport nextOffset
             * @property {number|null} [endOffset] LaneReport endOffset
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a LaneReport.
             * @memberof tidegate.v1
             * @interface ILaneReport
             * @augments tidegate.v1.LaneReport.$Properties
             * @deprecated Use tidegate.v1.LaneReport.$Properties instead.
             */

            /**
             * Shape of a LaneReport.
             * @typedef {tidegate.v1.LaneReport.$Properties} tidegate.v1.LaneReport.$Shape
             */

            /**
             * Constructs a new LaneReport.
             * @memberof tidegate.v1
             * @classdesc Represents a LaneReport.
             * @constructor
             * @param {tidegate.v1.LaneReport.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const LaneReport = function (properties) {
                this.lost = [];
                this.losses = [];
                this.missing = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * LaneReport lane.
             * @member {tidegate.v1.Lane} lane
             * @memberof tidegate.v1.LaneReport
             * @instance
             */
            LaneReport.prototype.lane = 0;

            /**
             * LaneReport received.
             * @member {number} received
             * @memberof tidegate.v1.LaneReport
             * @instance
             */
            LaneReport.prototype.received = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * LaneReport duplicates.
             * @member {number} duplicates
             * @memberof tidegate.v1.LaneReport
             * @instance
             */
            LaneReport.prototype.duplicates = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * LaneReport lost.
             * @member {Array.<tidegate.v1.LossCount.$Properties>} lost
             * @memberof tidegate.v1.LaneReport
             * @instance
             */
            LaneReport.prototype.lost = $util.emptyArray;

            /**
             * LaneReport losses.
             * @member {Array.<tidegate.v1.Gap.$Properties>} losses
             * @memberof tidegate.v1.LaneReport
             * @instance
             */
            LaneReport.prototype.losses = $util.emptyArray;

            /**
             * LaneReport missing.
             * @member {Array.<tidegate.v1.OffsetRange.$Properties>} missing
             * @memberof tidegate.v1.LaneReport
             * @instance
             */
            LaneReport.prototype.missing = $util.emptyArray;

            /**
             * LaneReport nextOffset.
             * @member {number} nextOffset
             * @memberof tidegate.v1.LaneReport
             * @instance
             */
            LaneReport.prototype.nextOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * LaneReport endOffset.
             * @member {number} endOffset
             * @memberof tidegate.v1.LaneReport
             * @instance
             */
            LaneReport.prototype.endOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified LaneReport message. Does not implicitly {@link tidegate.v1.LaneReport.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.LaneReport
             * @static
             * @param {tidegate.v1.LaneReport.$Properties} message LaneReport message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            LaneReport.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.lane != null && $Object.hasOwnProperty.call(message, "lane") && message.lane !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.lane);
                if (message.received != null && $Object.hasOwnProperty.call(message, "received") && (typeof message.received === "object" ? message.received.low || message.received.high : message.received !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.received);
                if (message.duplicates != null && $Object.hasOwnProperty.call(message, "duplicates") && (typeof message.duplicates === "object" ? message.duplicates.low || message.duplicates.high : message.duplicates !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.duplicates);
                if (message.lost != null && message.lost.length)
                    for (let i = 0; i < message.lost.length; ++i)
                        $root.tidegate.v1.LossCount.encode(message.lost[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.losses != null && message.losses.length)
                    for (let i = 0; i < message.losses.length; ++i)
                        $root.tidegate.v1.Gap.encode(message.losses[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.missing != null && message.missing.length)
                    for (let i = 0; i < message.missing.length; ++i)
                        $root.tidegate.v1.OffsetRange.encode(message.missing[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.nextOffset != null && $Object.hasOwnProperty.call(message, "nextOffset") && (typeof message.nextOffset === "object" ? message.nextOffset.low || message.nextOffset.high : message.nextOffset !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.nextOffset);
                if (message.endOffset != null && $Object.hasOwnProperty.call(message, "endOffset") && (typeof message.endOffset === "object" ? message.endOffset.low || message.endOffset.high : message.endOffset !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.endOffset);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a LaneReport message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.LaneReport
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.LaneReport & tidegate.v1.LaneReport.$Shape} LaneReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            LaneReport.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.LaneReport();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.lane = value;
                            else
                                delete message.lane;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.received = value;
                            else
                                delete message.received;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.duplicates = value;
                            else
                                delete message.duplicates;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.lost && message.lost.length))
                                message.lost = [];
                            message.lost.push($root.tidegate.v1.LossCount.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.losses && message.losses.length))
                                message.losses = [];
                            message.losses.push($root.tidegate.v1.Gap.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.missing && message.missing.length))
                                message.missing = [];
                            message.missing.push($root.tidegate.v1.OffsetRange.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.nextOffset = value;
                            else
                                delete message.nextOffset;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.endOffset = value;
                            else
                                delete message.endOffset;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return LaneReport;
        })();

        v1.LossCount = (function() {

            /**
             * Properties of a LossCount.
             * @typedef {Object} tidegate.v1.LossCount.$Properties
             * @property {tidegate.v1.GapReason|null} [reason] LossCount reason
             * @property {number|null} [records] LossCount records
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a LossCount.
             * @memberof tidegate.v1
             * @interface ILossCount
             * @augments tidegate.v1.LossCount.$Properties
             * @deprecated Use tidegate.v1.LossCount.$Properties instead.
             */

            /**
             * Shape of a LossCount.
             * @typedef {tidegate.v1.LossCount.$Properties} tidegate.v1.LossCount.$Shape
             */

            /**
             * Constructs a new LossCount.
             * @memberof tidegate.v1
             * @classdesc Represents a LossCount.
             * @constructor
             * @param {tidegate.v1.LossCount.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const LossCount = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * LossCount reason.
             * @member {tidegate.v1.GapReason} reason
             * @memberof tidegate.v1.LossCount
             * @instance
             */
            LossCount.prototype.reason = 0;

            /**
             * LossCount records.
             * @member {number} records
             * @memberof tidegate.v1.LossCount
             * @instance
             */
            LossCount.prototype.records = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified LossCount message. Does not implicitly {@link tidegate.v1.LossCount.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.LossCount
             * @static
             * @param {tidegate.v1.LossCount.$Properties} message LossCount message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            LossCount.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.reason);
                if (message.records != null && $Object.hasOwnProperty.call(message, "records") && (typeof message.records === "object" ? message.records.low || message.records.high : message.records !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.records);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a LossCount message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.LossCount
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.LossCount & tidegate.v1.LossCount.$Shape} LossCount
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            LossCount.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.LossCount();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.records = value;
                            else
                                delete message.records;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return LossCount;
        })();

        v1.ReadingBatch = (function() {

            /**
             * Properties of a ReadingBatch.
             * @typedef {Object} tidegate.v1.ReadingBatch.$Properties
             * @property {Array.<tidegate.v1.SeriesReadings.$Properties>|null} [series] ReadingBatch series
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ReadingBatch.
             * @memberof tidegate.v1
             * @interface IReadingBatch
             * @augments tidegate.v1.ReadingBatch.$Properties
             * @deprecated Use tidegate.v1.ReadingBatch.$Properties instead.
             */

            /**
             * Shape of a ReadingBatch.
             * @typedef {tidegate.v1.ReadingBatch.$Properties} tidegate.v1.ReadingBatch.$Shape
             */

            /**
             * Constructs a new ReadingBatch.
             * @memberof tidegate.v1
             * @classdesc Represents a ReadingBatch.
             * @constructor
             * @param {tidegate.v1.ReadingBatch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ReadingBatch = function (properties) {
                this.series = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ReadingBatch series.
             * @member {Array.<tidegate.v1.SeriesReadings.$Properties>} series
             * @memberof tidegate.v1.ReadingBatch
             * @instance
             */
            ReadingBatch.prototype.series = $util.emptyArray;

            /**
             * Encodes the specified ReadingBatch message. Does not implicitly {@link tidegate.v1.ReadingBatch.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.ReadingBatch
             * @static
             * @param {tidegate.v1.ReadingBatch.$Properties} message ReadingBatch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ReadingBatch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.series != null && message.series.length)
                    for (let i = 0; i < message.series.length; ++i)
                        $root.tidegate.v1.SeriesReadings.encode(message.series[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ReadingBatch message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.ReadingBatch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.ReadingBatch & tidegate.v1.ReadingBatch.$Shape} ReadingBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ReadingBatch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.ReadingBatch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.series && message.series.length))
                                message.series = [];
                            message.series.push($root.tidegate.v1.SeriesReadings.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ReadingBatch;
        })();

        v1.SeriesReadings = (function() {

            /**
             * Properties of a SeriesReadings.
             * @typedef {Object} tidegate.v1.SeriesReadings.$Properties
             * @property {string|null} [metric] SeriesReadings metric
             * @property {string|null} [unit] SeriesReadings unit
             * @property {Array.<number>|null} [eventTimeUsDeltas] SeriesReadings eventTimeUsDeltas
             * @property {Array.<number>|null} [numbers] SeriesReadings numbers
             * @property {Array.<string>|null} [texts] SeriesReadings texts
             * @property {Array.<boolean>|null} [booleans] SeriesReadings booleans
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SeriesReadings.
             * @memberof tidegate.v1
             * @interface ISeriesReadings
             * @augments tidegate.v1.SeriesReadings.$Properties
             * @deprecated Use tidegate.v1.SeriesReadings.$Properties instead.
             */

            /**
             * Shape of a SeriesReadings.
             * @typedef {tidegate.v1.SeriesReadings.$Properties} tidegate.v1.SeriesReadings.$Shape
             */

            /**
             * Constructs a new SeriesReadings.
             * @memberof tidegate.v1
             * @classdesc Represents a SeriesReadings.
             * @constructor
             * @param {tidegate.v1.SeriesReadings.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SeriesReadings = function (properties) {
                this.eventTimeUsDeltas = [];
                this.numbers = [];
                this.texts = [];
                this.booleans = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SeriesReadings metric.
             * @member {string} metric
             * @memberof tidegate.v1.SeriesReadings
             * @instance
             */
            SeriesReadings.prototype.metric = "";

            /**
             * SeriesReadings unit.
             * @member {string} unit
             * @memberof tidegate.v1.SeriesReadings
             * @instance
             */
            SeriesReadings.prototype.unit = "";

            /**
             * SeriesReadings eventTimeUsDeltas.
             * @member {Array.<number>} eventTimeUsDeltas
             * @memberof tidegate.v1.SeriesReadings
             * @instance
             */
            SeriesReadings.prototype.eventTimeUsDeltas = $util.emptyArray;

            /**
             * SeriesReadings numbers.
             * @member {Array.<number>} numbers
             * @memberof tidegate.v1.SeriesReadings
             * @instance
             */
            SeriesReadings.prototype.numbers = $util.emptyArray;

            /**
             * SeriesReadings texts.
             * @member {Array.<string>} texts
             * @memberof tidegate.v1.SeriesReadings
             * @instance
             */
            SeriesReadings.prototype.texts = $util.emptyArray;

            /**
             * SeriesReadings booleans.
             * @member {Array.<boolean>} booleans
             * @memberof tidegate.v1.SeriesReadings
             * @instance
             */
            SeriesReadings.prototype.booleans = $util.emptyArray;

            /**
             * Encodes the specified SeriesReadings message. Does not implicitly {@link tidegate.v1.SeriesReadings.verify|verify} messages.
             * @function encode
             * @memberof tidegate.v1.SeriesReadings
             * @static
             * @param {tidegate.v1.SeriesReadings.$Properties} message SeriesReadings message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SeriesReadings.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.metric != null && $Object.hasOwnProperty.call(message, "metric") && message.metric !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.metric);
                if (message.unit != null && $Object.hasOwnProperty.call(message, "unit") && message.unit !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.unit);
                if (message.eventTimeUsDeltas != null && message.eventTimeUsDeltas.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).sint64s(message.eventTimeUsDeltas);
                if (message.numbers != null && message.numbers.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).doubles(message.numbers);
                if (message.texts != null && message.texts.length)
                    for (let i = 0; i < message.texts.length; ++i)
                        writer.uint32(/* id 5, wireType 2 =*/42).string(message.texts[i]);
                if (message.booleans != null && message.booleans.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bools(message.booleans);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SeriesReadings message from the specified reader or buffer.
             * @function decode
             * @memberof tidegate.v1.SeriesReadings
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {tidegate.v1.SeriesReadings & tidegate.v1.SeriesReadings.$Shape} SeriesReadings
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SeriesReadings.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.tidegate.v1.SeriesReadings();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.metric = value;
                            else
                                delete message.metric;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.unit = value;
                            else
                                delete message.unit;
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.eventTimeUsDeltas && message.eventTimeUsDeltas.length))
                                    message.eventTimeUsDeltas = [];
                                reader.sint64s(message.eventTimeUsDeltas);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.eventTimeUsDeltas && message.eventTimeUsDeltas.length))
                                message.eventTimeUsDeltas = [];
                            message.eventTimeUsDeltas.push(reader.sint64());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.numbers && message.numbers.length))
                                    message.numbers = [];
                                reader.doubles(message.numbers);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.numbers && message.numbers.length))
                                message.numbers = [];
                            message.numbers.push(reader.double());
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.texts && message.texts.length))
                                message.texts = [];
                            message.texts.push(reader.stringVerify());
                            continue;
                        }
                    case 6: {
                            if (wireType === 2) {
                                if (!(message.booleans && message.booleans.length))
                                    message.booleans = [];
                                reader.bools(message.booleans);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.booleans && message.booleans.length))
                                message.booleans = [];
                            message.booleans.push(reader.bool());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SeriesReadings;
        })();

        return v1;
    })();

    return tidegate;
})();

export {
  $root as default
};
