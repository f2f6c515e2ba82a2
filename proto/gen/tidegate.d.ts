import * as $protobuf from "protobufjs/minimal.js";

/** Namespace tidegate. */
export namespace tidegate {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a ReadingBlock.
         * @deprecated Use tidegate.v1.ReadingBlock.$Properties instead.
         */
        interface IReadingBlock extends tidegate.v1.ReadingBlock.$Properties {
        }

        /** Represents a ReadingBlock. */
        class ReadingBlock {

            /**
             * Constructs a new ReadingBlock.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.ReadingBlock.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReadingBlock format. */
            format: number;

            /** ReadingBlock count. */
            count: number;

            /** ReadingBlock ingestTimeUs. */
            ingestTimeUs: number;

            /** ReadingBlock devices. */
            devices: string[];

            /** ReadingBlock metrics. */
            metrics: string[];

            /** ReadingBlock units. */
            units: string[];

            /** ReadingBlock texts. */
            texts: string[];

            /** ReadingBlock columnDevices. */
            columnDevices: number[];

            /** ReadingBlock columnMetrics. */
            columnMetrics: number[];

            /** ReadingBlock columnUnits. */
            columnUnits: number[];

            /** ReadingBlock columnCounts. */
            columnCounts: number[];

            /** ReadingBlock columnTimeUnits. */
            columnTimeUnits: number[];

            /** ReadingBlock columnKinds. */
            columnKinds: number[];

            /** ReadingBlock firstTimes. */
            firstTimes: number[];

            /** ReadingBlock timeSteps. */
            timeSteps: number[];

            /** ReadingBlock values. */
            values: number[];

            /** ReadingBlock doubles. */
            doubles: number[];

            /** ReadingBlock qualities. */
            qualities: number[];

            /** ReadingBlock firstPositions. */
            firstPositions: number[];

            /** ReadingBlock positionSteps. */
            positionSteps: number[];

            /** ReadingBlock tags. */
            tags: string[];

            /** ReadingBlock columnTags. */
            columnTags: number[];

            /** ReadingBlock corrections. */
            corrections: number[];

            /** ReadingBlock commitCounts. */
            commitCounts: number[];

            /** ReadingBlock commitTimeUnit. */
            commitTimeUnit: number;

            /** ReadingBlock commitTimeSteps. */
            commitTimeSteps: number[];

            /** ReadingBlock crc32c. */
            crc32c: number;

            /**
             * Encodes the specified ReadingBlock message. Does not implicitly {@link tidegate.v1.ReadingBlock.verify|verify} messages.
             * @param message ReadingBlock message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.ReadingBlock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReadingBlock message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.ReadingBlock & tidegate.v1.ReadingBlock.$Shape} ReadingBlock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.ReadingBlock & tidegate.v1.ReadingBlock.$Shape;
        }

        namespace ReadingBlock {

            /** Properties of a ReadingBlock. */
            interface $Properties {

                /** ReadingBlock format */
                format?: (number|null);

                /** ReadingBlock count */
                count?: (number|null);

                /** ReadingBlock ingestTimeUs */
                ingestTimeUs?: (number|null);

                /** ReadingBlock devices */
                devices?: (string[]|null);

                /** ReadingBlock metrics */
                metrics?: (string[]|null);

                /** ReadingBlock units */
                units?: (string[]|null);

                /** ReadingBlock texts */
                texts?: (string[]|null);

                /** ReadingBlock columnDevices */
                columnDevices?: (number[]|null);

                /** ReadingBlock columnMetrics */
                columnMetrics?: (number[]|null);

                /** ReadingBlock columnUnits */
                columnUnits?: (number[]|null);

                /** ReadingBlock columnCounts */
                columnCounts?: (number[]|null);

                /** ReadingBlock columnTimeUnits */
                columnTimeUnits?: (number[]|null);

                /** ReadingBlock columnKinds */
                columnKinds?: (number[]|null);

                /** ReadingBlock firstTimes */
                firstTimes?: (number[]|null);

                /** ReadingBlock timeSteps */
                timeSteps?: (number[]|null);

                /** ReadingBlock values */
                values?: (number[]|null);

                /** ReadingBlock doubles */
                doubles?: (number[]|null);

                /** ReadingBlock qualities */
                qualities?: (number[]|null);

                /** ReadingBlock firstPositions */
                firstPositions?: (number[]|null);

                /** ReadingBlock positionSteps */
                positionSteps?: (number[]|null);

                /** ReadingBlock tags */
                tags?: (string[]|null);

                /** ReadingBlock columnTags */
                columnTags?: (number[]|null);

                /** ReadingBlock corrections */
                corrections?: (number[]|null);

                /** ReadingBlock commitCounts */
                commitCounts?: (number[]|null);

                /** ReadingBlock commitTimeUnit */
                commitTimeUnit?: (number|null);

                /** ReadingBlock commitTimeSteps */
                commitTimeSteps?: (number[]|null);

                /** ReadingBlock crc32c */
                crc32c?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReadingBlock. */
            type $Shape = tidegate.v1.ReadingBlock.$Properties;
        }

        /**
         * Properties of a ResultBlock.
         * @deprecated Use tidegate.v1.ResultBlock.$Properties instead.
         */
        interface IResultBlock extends tidegate.v1.ResultBlock.$Properties {
        }

        /** Represents a ResultBlock. */
        class ResultBlock {

            /**
             * Constructs a new ResultBlock.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.ResultBlock.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResultBlock format. */
            format: number;

            /** ResultBlock count. */
            count: number;

            /** ResultBlock ingestTimeUs. */
            ingestTimeUs: number;

            /** ResultBlock results. */
            results: tidegate.v1.WindowResult.$Properties[];

            /** ResultBlock commitCounts. */
            commitCounts: number[];

            /** ResultBlock commitTimeUnit. */
            commitTimeUnit: number;

            /** ResultBlock commitTimeSteps. */
            commitTimeSteps: number[];

            /** ResultBlock crc32c. */
            crc32c: number;

            /**
             * Encodes the specified ResultBlock message. Does not implicitly {@link tidegate.v1.ResultBlock.verify|verify} messages.
             * @param message ResultBlock message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.ResultBlock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResultBlock message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.ResultBlock & tidegate.v1.ResultBlock.$Shape} ResultBlock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.ResultBlock & tidegate.v1.ResultBlock.$Shape;
        }

        namespace ResultBlock {

            /** Properties of a ResultBlock. */
            interface $Properties {

                /** ResultBlock format */
                format?: (number|null);

                /** ResultBlock count */
                count?: (number|null);

                /** ResultBlock ingestTimeUs */
                ingestTimeUs?: (number|null);

                /** ResultBlock results */
                results?: (tidegate.v1.WindowResult.$Properties[]|null);

                /** ResultBlock commitCounts */
                commitCounts?: (number[]|null);

                /** ResultBlock commitTimeUnit */
                commitTimeUnit?: (number|null);

                /** ResultBlock commitTimeSteps */
                commitTimeSteps?: (number[]|null);

                /** ResultBlock crc32c */
                crc32c?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResultBlock. */
            type $Shape = {
              format?: number|null;
              count?: number|null;
              ingestTimeUs?: number|null;
              results?: tidegate.v1.WindowResult.$Shape[]|null;
              commitCounts?: number[]|null;
              commitTimeUnit?: number|null;
              commitTimeSteps?: number[]|null;
              crc32c?: number|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a WindowResult.
         * @deprecated Use tidegate.v1.WindowResult.$Properties instead.
         */
        interface IWindowResult extends tidegate.v1.WindowResult.$Properties {
        }

        /** Represents a WindowResult. */
        class WindowResult {

            /**
             * Constructs a new WindowResult.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.WindowResult.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** WindowResult window. */
            window: string;

            /** WindowResult device. */
            device: string;

            /** WindowResult metric. */
            metric: string;

            /** WindowResult unit. */
            unit: string;

            /** WindowResult startUs. */
            startUs: number;

            /** WindowResult endUs. */
            endUs: number;

            /** WindowResult revision. */
            revision: number;

            /** WindowResult causeOffset. */
            causeOffset: number;

            /** WindowResult count. */
            count: number;

            /** WindowResult sum. */
            sum?: (number|null);

            /** WindowResult mean. */
            mean?: (number|null);

            /** WindowResult min. */
            min?: (number|null);

            /** WindowResult max. */
            max?: (number|null);

            /** WindowResult stddev. */
            stddev?: (number|null);

            /** WindowResult tag. */
            tag: string;

            /** WindowResult aggregates. */
            aggregates: tidegate.v1.AggregateValue.$Properties[];

            /** WindowResult partial. */
            partial: boolean;

            /**
             * Encodes the specified WindowResult message. Does not implicitly {@link tidegate.v1.WindowResult.verify|verify} messages.
             * @param message WindowResult message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.WindowResult.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a WindowResult message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.WindowResult & tidegate.v1.WindowResult.$Shape} WindowResult
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.WindowResult & tidegate.v1.WindowResult.$Shape;
        }

        namespace WindowResult {

            /** Properties of a WindowResult. */
            interface $Properties {

                /** WindowResult window */
                window?: (string|null);

                /** WindowResult device */
                device?: (string|null);

                /** WindowResult metric */
                metric?: (string|null);

                /** WindowResult unit */
                unit?: (string|null);

                /** WindowResult startUs */
                startUs?: (number|null);

                /** WindowResult endUs */
                endUs?: (number|null);

                /** WindowResult revision */
                revision?: (number|null);

                /** WindowResult causeOffset */
                causeOffset?: (number|null);

                /** WindowResult count */
                count?: (number|null);

                /** WindowResult sum */
                sum?: (number|null);

                /** WindowResult mean */
                mean?: (number|null);

                /** WindowResult min */
                min?: (number|null);

                /** WindowResult max */
                max?: (number|null);

                /** WindowResult stddev */
                stddev?: (number|null);

                /** WindowResult tag */
                tag?: (string|null);

                /** WindowResult aggregates */
                aggregates?: (tidegate.v1.AggregateValue.$Properties[]|null);

                /** WindowResult partial */
                partial?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a WindowResult. */
            type $Shape = {
              window?: string|null;
              device?: string|null;
              metric?: string|null;
              unit?: string|null;
              startUs?: number|null;
              endUs?: number|null;
              revision?: number|null;
              causeOffset?: number|null;
              count?: number|null;
              sum?: number|null;
              mean?: number|null;
              min?: number|null;
              max?: number|null;
              stddev?: number|null;
              tag?: string|null;
              aggregates?: tidegate.v1.AggregateValue.$Shape[]|null;
              partial?: boolean|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of an AggregateValue.
         * @deprecated Use tidegate.v1.AggregateValue.$Properties instead.
         */
        interface IAggregateValue extends tidegate.v1.AggregateValue.$Properties {
        }

        /** Represents an AggregateValue. */
        class AggregateValue {

            /**
             * Constructs a new AggregateValue.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.AggregateValue.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AggregateValue name. */
            name: string;

            /** AggregateValue number. */
            number?: (number|null);

            /** AggregateValue text. */
            text?: (string|null);

            /** AggregateValue boolean. */
            boolean?: (boolean|null);

            /** AggregateValue value. */
            value?: ("number"|"text"|"boolean");

            /**
             * Encodes the specified AggregateValue message. Does not implicitly {@link tidegate.v1.AggregateValue.verify|verify} messages.
             * @param message AggregateValue message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.AggregateValue.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AggregateValue message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.AggregateValue & tidegate.v1.AggregateValue.$Shape} AggregateValue
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.AggregateValue & tidegate.v1.AggregateValue.$Shape;
        }

        namespace AggregateValue {

            /** Properties of an AggregateValue. */
            interface $Properties {

                /** AggregateValue name */
                name?: (string|null);

                /** AggregateValue number */
                number?: (number|null);

                /** AggregateValue text */
                text?: (string|null);

                /** AggregateValue boolean */
                boolean?: (boolean|null);

                /** AggregateValue value */
                value?: ("number"|"text"|"boolean");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an AggregateValue. */
            type $Shape = {
              name?: string|null;
              number?: number|null;
              text?: string|null;
              boolean?: boolean|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ value?: undefined; number?: null; text?: null; boolean?: null }|{ value?: "number"; number: number; text?: null; boolean?: null }|{ value?: "text"; number?: null; text: string; boolean?: null }|{ value?: "boolean"; number?: null; text?: null; boolean: boolean })
            );
        }

        /**
         * Properties of an AlertBlock.
         * @deprecated Use tidegate.v1.AlertBlock.$Properties instead.
         */
        interface IAlertBlock extends tidegate.v1.AlertBlock.$Properties {
        }

        /** Represents an AlertBlock. */
        class AlertBlock {

            /**
             * Constructs a new AlertBlock.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.AlertBlock.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AlertBlock format. */
            format: number;

            /** AlertBlock count. */
            count: number;

            /** AlertBlock ingestTimeUs. */
            ingestTimeUs: number;

            /** AlertBlock alerts. */
            alerts: tidegate.v1.Alert.$Properties[];

            /** AlertBlock commitCounts. */
            commitCounts: number[];

            /** AlertBlock commitTimeUnit. */
            commitTimeUnit: number;

            /** AlertBlock commitTimeSteps. */
            commitTimeSteps: number[];

            /** AlertBlock crc32c. */
            crc32c: number;

            /**
             * Encodes the specified AlertBlock message. Does not implicitly {@link tidegate.v1.AlertBlock.verify|verify} messages.
             * @param message AlertBlock message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.AlertBlock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AlertBlock message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.AlertBlock & tidegate.v1.AlertBlock.$Shape} AlertBlock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.AlertBlock & tidegate.v1.AlertBlock.$Shape;
        }

        namespace AlertBlock {

            /** Properties of an AlertBlock. */
            interface $Properties {

                /** AlertBlock format */
                format?: (number|null);

                /** AlertBlock count */
                count?: (number|null);

                /** AlertBlock ingestTimeUs */
                ingestTimeUs?: (number|null);

                /** AlertBlock alerts */
                alerts?: (tidegate.v1.Alert.$Properties[]|null);

                /** AlertBlock commitCounts */
                commitCounts?: (number[]|null);

                /** AlertBlock commitTimeUnit */
                commitTimeUnit?: (number|null);

                /** AlertBlock commitTimeSteps */
                commitTimeSteps?: (number[]|null);

                /** AlertBlock crc32c */
                crc32c?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AlertBlock. */
            type $Shape = tidegate.v1.AlertBlock.$Properties;
        }

        /** AlertState enum. */
        enum AlertState {

            /** ALERT_STATE_UNSPECIFIED value */
            ALERT_STATE_UNSPECIFIED = 0,

            /** ALERT_STATE_FIRING value */
            ALERT_STATE_FIRING = 1,

            /** ALERT_STATE_RESOLVED value */
            ALERT_STATE_RESOLVED = 2
        }

        /** AlertSeverity enum. */
        enum AlertSeverity {

            /** ALERT_SEVERITY_WARNING value */
            ALERT_SEVERITY_WARNING = 0,

            /** ALERT_SEVERITY_INFO value */
            ALERT_SEVERITY_INFO = 1,

            /** ALERT_SEVERITY_CRITICAL value */
            ALERT_SEVERITY_CRITICAL = 2
        }

        /**
         * Properties of an Alert.
         * @deprecated Use tidegate.v1.Alert.$Properties instead.
         */
        interface IAlert extends tidegate.v1.Alert.$Properties {
        }

        /** Represents an Alert. */
        class Alert {

            /**
             * Constructs a new Alert.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.Alert.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Alert rule. */
            rule: string;

            /** Alert device. */
            device: string;

            /** Alert metric. */
            metric: string;

            /** Alert state. */
            state: tidegate.v1.AlertState;

            /** Alert eventTimeUs. */
            eventTimeUs: number;

            /** Alert value. */
            value: number;

            /** Alert causeOffset. */
            causeOffset: number;

            /** Alert text. */
            text?: (string|null);

            /** Alert boolean. */
            boolean?: (boolean|null);

            /** Alert withoutValue. */
            withoutValue: boolean;

            /** Alert severity. */
            severity: tidegate.v1.AlertSeverity;

            /** Alert detail. */
            detail: string;

            /** Alert tag. */
            tag: string;

            /**
             * Encodes the specified Alert message. Does not implicitly {@link tidegate.v1.Alert.verify|verify} messages.
             * @param message Alert message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.Alert.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Alert message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.Alert & tidegate.v1.Alert.$Shape} Alert
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.Alert & tidegate.v1.Alert.$Shape;
        }

        namespace Alert {

            /** Properties of an Alert. */
            interface $Properties {

                /** Alert rule */
                rule?: (string|null);

                /** Alert device */
                device?: (string|null);

                /** Alert metric */
                metric?: (string|null);

                /** Alert state */
                state?: (tidegate.v1.AlertState|null);

                /** Alert eventTimeUs */
                eventTimeUs?: (number|null);

                /** Alert value */
                value?: (number|null);

                /** Alert causeOffset */
                causeOffset?: (number|null);

                /** Alert text */
                text?: (string|null);

                /** Alert boolean */
                boolean?: (boolean|null);

                /** Alert withoutValue */
                withoutValue?: (boolean|null);

                /** Alert severity */
                severity?: (tidegate.v1.AlertSeverity|null);

                /** Alert detail */
                detail?: (string|null);

                /** Alert tag */
                tag?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Alert. */
            type $Shape = tidegate.v1.Alert.$Properties;
        }

        /** Lane enum. */
        enum Lane {

            /** LANE_UNSPECIFIED value */
            LANE_UNSPECIFIED = 0,

            /** LANE_READINGS value */
            LANE_READINGS = 1,

            /** LANE_RESULTS value */
            LANE_RESULTS = 2,

            /** LANE_ALERTS value */
            LANE_ALERTS = 3
        }

        /**
         * Properties of a ForwardRequest.
         * @deprecated Use tidegate.v1.ForwardRequest.$Properties instead.
         */
        interface IForwardRequest extends tidegate.v1.ForwardRequest.$Properties {
        }

        /** Represents a ForwardRequest. */
        class ForwardRequest {

            /**
             * Constructs a new ForwardRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.ForwardRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ForwardRequest hello. */
            hello?: (tidegate.v1.Hello.$Properties|null);

            /** ForwardRequest batch. */
            batch?: (tidegate.v1.Batch.$Properties|null);

            /** ForwardRequest gap. */
            gap?: (tidegate.v1.Gap.$Properties|null);

            /** ForwardRequest request. */
            request?: ("hello"|"batch"|"gap");

            /**
             * Encodes the specified ForwardRequest message. Does not implicitly {@link tidegate.v1.ForwardRequest.verify|verify} messages.
             * @param message ForwardRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.ForwardRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ForwardRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.ForwardRequest & tidegate.v1.ForwardRequest.$Shape} ForwardRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.ForwardRequest & tidegate.v1.ForwardRequest.$Shape;
        }

        namespace ForwardRequest {

            /** Properties of a ForwardRequest. */
            interface $Properties {

                /** ForwardRequest hello */
                hello?: (tidegate.v1.Hello.$Properties|null);

                /** ForwardRequest batch */
                batch?: (tidegate.v1.Batch.$Properties|null);

                /** ForwardRequest gap */
                gap?: (tidegate.v1.Gap.$Properties|null);

                /** ForwardRequest request */
                request?: ("hello"|"batch"|"gap");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ForwardRequest. */
            type $Shape = {
              hello?: tidegate.v1.Hello.$Shape|null;
              batch?: tidegate.v1.Batch.$Shape|null;
              gap?: tidegate.v1.Gap.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ request?: undefined; hello?: null; batch?: null; gap?: null }|{ request?: "hello"; hello: tidegate.v1.Hello.$Shape; batch?: null; gap?: null }|{ request?: "batch"; hello?: null; batch: tidegate.v1.Batch.$Shape; gap?: null }|{ request?: "gap"; hello?: null; batch?: null; gap: tidegate.v1.Gap.$Shape })
            );
        }

        /**
         * Properties of a ForwardResponse.
         * @deprecated Use tidegate.v1.ForwardResponse.$Properties instead.
         */
        interface IForwardResponse extends tidegate.v1.ForwardResponse.$Properties {
        }

        /** Represents a ForwardResponse. */
        class ForwardResponse {

            /**
             * Constructs a new ForwardResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.ForwardResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ForwardResponse welcome. */
            welcome?: (tidegate.v1.Welcome.$Properties|null);

            /** ForwardResponse ack. */
            ack?: (tidegate.v1.Ack.$Properties|null);

            /** ForwardResponse response. */
            response?: ("welcome"|"ack");

            /**
             * Encodes the specified ForwardResponse message. Does not implicitly {@link tidegate.v1.ForwardResponse.verify|verify} messages.
             * @param message ForwardResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.ForwardResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ForwardResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.ForwardResponse & tidegate.v1.ForwardResponse.$Shape} ForwardResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.ForwardResponse & tidegate.v1.ForwardResponse.$Shape;
        }

        namespace ForwardResponse {

            /** Properties of a ForwardResponse. */
            interface $Properties {

                /** ForwardResponse welcome */
                welcome?: (tidegate.v1.Welcome.$Properties|null);

                /** ForwardResponse ack */
                ack?: (tidegate.v1.Ack.$Properties|null);

                /** ForwardResponse response */
                response?: ("welcome"|"ack");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ForwardResponse. */
            type $Shape = {
              welcome?: tidegate.v1.Welcome.$Shape|null;
              ack?: tidegate.v1.Ack.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ response?: undefined; welcome?: null; ack?: null }|{ response?: "welcome"; welcome: tidegate.v1.Welcome.$Shape; ack?: null }|{ response?: "ack"; welcome?: null; ack: tidegate.v1.Ack.$Shape })
            );
        }

        /**
         * Properties of a Hello.
         * @deprecated Use tidegate.v1.Hello.$Properties instead.
         */
        interface IHello extends tidegate.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello protocol. */
            protocol: number;

            /** Hello gatewayId. */
            gatewayId: string;

            /** Hello logId. */
            logId: string;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link tidegate.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.Hello & tidegate.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.Hello & tidegate.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello protocol */
                protocol?: (number|null);

                /** Hello gatewayId */
                gatewayId?: (string|null);

                /** Hello logId */
                logId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = tidegate.v1.Hello.$Properties;
        }

        /**
         * Properties of a Welcome.
         * @deprecated Use tidegate.v1.Welcome.$Properties instead.
         */
        interface IWelcome extends tidegate.v1.Welcome.$Properties {
        }

        /** Represents a Welcome. */
        class Welcome {

            /**
             * Constructs a new Welcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.Welcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Welcome positions. */
            positions: tidegate.v1.LanePosition.$Properties[];

            /** Welcome anyOrder. */
            anyOrder: boolean;

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link tidegate.v1.Welcome.verify|verify} messages.
             * @param message Welcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.Welcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.Welcome & tidegate.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.Welcome & tidegate.v1.Welcome.$Shape;
        }

        namespace Welcome {

            /** Properties of a Welcome. */
            interface $Properties {

                /** Welcome positions */
                positions?: (tidegate.v1.LanePosition.$Properties[]|null);

                /** Welcome anyOrder */
                anyOrder?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Welcome. */
            type $Shape = tidegate.v1.Welcome.$Properties;
        }

        /**
         * Properties of a LanePosition.
         * @deprecated Use tidegate.v1.LanePosition.$Properties instead.
         */
        interface ILanePosition extends tidegate.v1.LanePosition.$Properties {
        }

        /** Represents a LanePosition. */
        class LanePosition {

            /**
             * Constructs a new LanePosition.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.LanePosition.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LanePosition lane. */
            lane: tidegate.v1.Lane;

            /** LanePosition nextOffset. */
            nextOffset: number;

            /** LanePosition settled. */
            settled: tidegate.v1.OffsetRange.$Properties[];

            /**
             * Encodes the specified LanePosition message. Does not implicitly {@link tidegate.v1.LanePosition.verify|verify} messages.
             * @param message LanePosition message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.LanePosition.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LanePosition message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.LanePosition & tidegate.v1.LanePosition.$Shape} LanePosition
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.LanePosition & tidegate.v1.LanePosition.$Shape;
        }

        namespace LanePosition {

            /** Properties of a LanePosition. */
            interface $Properties {

                /** LanePosition lane */
                lane?: (tidegate.v1.Lane|null);

                /** LanePosition nextOffset */
                nextOffset?: (number|null);

                /** LanePosition settled */
                settled?: (tidegate.v1.OffsetRange.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LanePosition. */
            type $Shape = tidegate.v1.LanePosition.$Properties;
        }

        /**
         * Properties of an OffsetRange.
         * @deprecated Use tidegate.v1.OffsetRange.$Properties instead.
         */
        interface IOffsetRange extends tidegate.v1.OffsetRange.$Properties {
        }

        /** Represents an OffsetRange. */
        class OffsetRange {

            /**
             * Constructs a new OffsetRange.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.OffsetRange.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OffsetRange fromOffset. */
            fromOffset: number;

            /** OffsetRange toOffset. */
            toOffset: number;

            /**
             * Encodes the specified OffsetRange message. Does not implicitly {@link tidegate.v1.OffsetRange.verify|verify} messages.
             * @param message OffsetRange message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.OffsetRange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OffsetRange message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.OffsetRange & tidegate.v1.OffsetRange.$Shape} OffsetRange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.OffsetRange & tidegate.v1.OffsetRange.$Shape;
        }

        namespace OffsetRange {

            /** Properties of an OffsetRange. */
            interface $Properties {

                /** OffsetRange fromOffset */
                fromOffset?: (number|null);

                /** OffsetRange toOffset */
                toOffset?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OffsetRange. */
            type $Shape = tidegate.v1.OffsetRange.$Properties;
        }

        /**
         * Properties of a Batch.
         * @deprecated Use tidegate.v1.Batch.$Properties instead.
         */
        interface IBatch extends tidegate.v1.Batch.$Properties {
        }

        /** Represents a Batch. */
        class Batch {

            /**
             * Constructs a new Batch.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.Batch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Batch lane. */
            lane: tidegate.v1.Lane;

            /** Batch firstOffset. */
            firstOffset: number;

            /** Batch count. */
            count: number;

            /** Batch block. */
            block: Uint8Array;

            /**
             * Encodes the specified Batch message. Does not implicitly {@link tidegate.v1.Batch.verify|verify} messages.
             * @param message Batch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.Batch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Batch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.Batch & tidegate.v1.Batch.$Shape} Batch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.Batch & tidegate.v1.Batch.$Shape;
        }

        namespace Batch {

            /** Properties of a Batch. */
            interface $Properties {

                /** Batch lane */
                lane?: (tidegate.v1.Lane|null);

                /** Batch firstOffset */
                firstOffset?: (number|null);

                /** Batch count */
                count?: (number|null);

                /** Batch block */
                block?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Batch. */
            type $Shape = tidegate.v1.Batch.$Properties;
        }

        /** GapReason enum. */
        enum GapReason {

            /** GAP_REASON_UNKNOWN value */
            GAP_REASON_UNKNOWN = 0,

            /** GAP_REASON_SIZE value */
            GAP_REASON_SIZE = 1,

            /** GAP_REASON_AGE value */
            GAP_REASON_AGE = 2,

            /** GAP_REASON_DISK value */
            GAP_REASON_DISK = 3,

            /** GAP_REASON_CORRUPT value */
            GAP_REASON_CORRUPT = 4
        }

        /**
         * Properties of a Gap.
         * @deprecated Use tidegate.v1.Gap.$Properties instead.
         */
        interface IGap extends tidegate.v1.Gap.$Properties {
        }

        /** Represents a Gap. */
        class Gap {

            /**
             * Constructs a new Gap.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.Gap.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Gap lane. */
            lane: tidegate.v1.Lane;

            /** Gap fromOffset. */
            fromOffset: number;

            /** Gap toOffset. */
            toOffset: number;

            /** Gap reason. */
            reason: tidegate.v1.GapReason;

            /** Gap sinceUs. */
            sinceUs: number;

            /** Gap untilUs. */
            untilUs: number;

            /**
             * Encodes the specified Gap message. Does not implicitly {@link tidegate.v1.Gap.verify|verify} messages.
             * @param message Gap message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.Gap.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Gap message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.Gap & tidegate.v1.Gap.$Shape} Gap
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.Gap & tidegate.v1.Gap.$Shape;
        }

        namespace Gap {

            /** Properties of a Gap. */
            interface $Properties {

                /** Gap lane */
                lane?: (tidegate.v1.Lane|null);

                /** Gap fromOffset */
                fromOffset?: (number|null);

                /** Gap toOffset */
                toOffset?: (number|null);

                /** Gap reason */
                reason?: (tidegate.v1.GapReason|null);

                /** Gap sinceUs */
                sinceUs?: (number|null);

                /** Gap untilUs */
                untilUs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Gap. */
            type $Shape = tidegate.v1.Gap.$Properties;
        }

        /**
         * Properties of an Ack.
         * @deprecated Use tidegate.v1.Ack.$Properties instead.
         */
        interface IAck extends tidegate.v1.Ack.$Properties {
        }

        /** Represents an Ack. */
        class Ack {

            /**
             * Constructs a new Ack.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.Ack.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ack lane. */
            lane: tidegate.v1.Lane;

            /** Ack nextOffset. */
            nextOffset: number;

            /** Ack settled. */
            settled: tidegate.v1.OffsetRange.$Properties[];

            /**
             * Encodes the specified Ack message. Does not implicitly {@link tidegate.v1.Ack.verify|verify} messages.
             * @param message Ack message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.Ack.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Ack message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.Ack & tidegate.v1.Ack.$Shape} Ack
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.Ack & tidegate.v1.Ack.$Shape;
        }

        namespace Ack {

            /** Properties of an Ack. */
            interface $Properties {

                /** Ack lane */
                lane?: (tidegate.v1.Lane|null);

                /** Ack nextOffset */
                nextOffset?: (number|null);

                /** Ack settled */
                settled?: (tidegate.v1.OffsetRange.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Ack. */
            type $Shape = tidegate.v1.Ack.$Properties;
        }

        /**
         * Properties of a ReportRequest.
         * @deprecated Use tidegate.v1.ReportRequest.$Properties instead.
         */
        interface IReportRequest extends tidegate.v1.ReportRequest.$Properties {
        }

        /** Represents a ReportRequest. */
        class ReportRequest {

            /**
             * Constructs a new ReportRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.ReportRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReportRequest gatewayId. */
            gatewayId: string;

            /**
             * Encodes the specified ReportRequest message. Does not implicitly {@link tidegate.v1.ReportRequest.verify|verify} messages.
             * @param message ReportRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.ReportRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReportRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.ReportRequest & tidegate.v1.ReportRequest.$Shape} ReportRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.ReportRequest & tidegate.v1.ReportRequest.$Shape;
        }

        namespace ReportRequest {

            /** Properties of a ReportRequest. */
            interface $Properties {

                /** ReportRequest gatewayId */
                gatewayId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReportRequest. */
            type $Shape = tidegate.v1.ReportRequest.$Properties;
        }

        /**
         * Properties of an OriginReport.
         * @deprecated Use tidegate.v1.OriginReport.$Properties instead.
         */
        interface IOriginReport extends tidegate.v1.OriginReport.$Properties {
        }

        /** Represents an OriginReport. */
        class OriginReport {

            /**
             * Constructs a new OriginReport.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.OriginReport.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OriginReport gatewayId. */
            gatewayId: string;

            /** OriginReport logId. */
            logId: string;

            /** OriginReport lanes. */
            lanes: tidegate.v1.LaneReport.$Properties[];

            /**
             * Encodes the specified OriginReport message. Does not implicitly {@link tidegate.v1.OriginReport.verify|verify} messages.
             * @param message OriginReport message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.OriginReport.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OriginReport message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.OriginReport & tidegate.v1.OriginReport.$Shape} OriginReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.OriginReport & tidegate.v1.OriginReport.$Shape;
        }

        namespace OriginReport {

            /** Properties of an OriginReport. */
            interface $Properties {

                /** OriginReport gatewayId */
                gatewayId?: (string|null);

                /** OriginReport logId */
                logId?: (string|null);

                /** OriginReport lanes */
                lanes?: (tidegate.v1.LaneReport.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OriginReport. */
            type $Shape = tidegate.v1.OriginReport.$Properties;
        }

        /**
         * Properties of a LaneReport.
         * @deprecated Use tidegate.v1.LaneReport.$Properties instead.
         */
        interface ILaneReport extends tidegate.v1.LaneReport.$Properties {
        }

        /** Represents a LaneReport. */
        class LaneReport {

            /**
             * Constructs a new LaneReport.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.LaneReport.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LaneReport lane. */
            lane: tidegate.v1.Lane;

            /** LaneReport received. */
            received: number;

            /** LaneReport duplicates. */
            duplicates: number;

            /** LaneReport lost. */
            lost: tidegate.v1.LossCount.$Properties[];

            /** LaneReport losses. */
            losses: tidegate.v1.Gap.$Properties[];

            /** LaneReport missing. */
            missing: tidegate.v1.OffsetRange.$Properties[];

            /** LaneReport nextOffset. */
            nextOffset: number;

            /** LaneReport endOffset. */
            endOffset: number;

            /**
             * Encodes the specified LaneReport message. Does not implicitly {@link tidegate.v1.LaneReport.verify|verify} messages.
             * @param message LaneReport message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.LaneReport.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LaneReport message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.LaneReport & tidegate.v1.LaneReport.$Shape} LaneReport
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.LaneReport & tidegate.v1.LaneReport.$Shape;
        }

        namespace LaneReport {

            /** Properties of a LaneReport. */
            interface $Properties {

                /** LaneReport lane */
                lane?: (tidegate.v1.Lane|null);

                /** LaneReport received */
                received?: (number|null);

                /** LaneReport duplicates */
                duplicates?: (number|null);

                /** LaneReport lost */
                lost?: (tidegate.v1.LossCount.$Properties[]|null);

                /** LaneReport losses */
                losses?: (tidegate.v1.Gap.$Properties[]|null);

                /** LaneReport missing */
                missing?: (tidegate.v1.OffsetRange.$Properties[]|null);

                /** LaneReport nextOffset */
                nextOffset?: (number|null);

                /** LaneReport endOffset */
                endOffset?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LaneReport. */
            type $Shape = tidegate.v1.LaneReport.$Properties;
        }

        /**
         * Properties of a LossCount.
         * @deprecated Use tidegate.v1.LossCount.$Properties instead.
         */
        interface ILossCount extends tidegate.v1.LossCount.$Properties {
        }

        /** Represents a LossCount. */
        class LossCount {

            /**
             * Constructs a new LossCount.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.LossCount.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LossCount reason. */
            reason: tidegate.v1.GapReason;

            /** LossCount records. */
            records: number;

            /**
             * Encodes the specified LossCount message. Does not implicitly {@link tidegate.v1.LossCount.verify|verify} messages.
             * @param message LossCount message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.LossCount.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LossCount message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.LossCount & tidegate.v1.LossCount.$Shape} LossCount
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.LossCount & tidegate.v1.LossCount.$Shape;
        }

        namespace LossCount {

            /** Properties of a LossCount. */
            interface $Properties {

                /** LossCount reason */
                reason?: (tidegate.v1.GapReason|null);

                /** LossCount records */
                records?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LossCount. */
            type $Shape = tidegate.v1.LossCount.$Properties;
        }

        /**
         * Properties of a ReadingBatch.
         * @deprecated Use tidegate.v1.ReadingBatch.$Properties instead.
         */
        interface IReadingBatch extends tidegate.v1.ReadingBatch.$Properties {
        }

        /** Represents a ReadingBatch. */
        class ReadingBatch {

            /**
             * Constructs a new ReadingBatch.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.ReadingBatch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReadingBatch series. */
            series: tidegate.v1.SeriesReadings.$Properties[];

            /**
             * Encodes the specified ReadingBatch message. Does not implicitly {@link tidegate.v1.ReadingBatch.verify|verify} messages.
             * @param message ReadingBatch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.ReadingBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReadingBatch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.ReadingBatch & tidegate.v1.ReadingBatch.$Shape} ReadingBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.ReadingBatch & tidegate.v1.ReadingBatch.$Shape;
        }

        namespace ReadingBatch {

            /** Properties of a ReadingBatch. */
            interface $Properties {

                /** ReadingBatch series */
                series?: (tidegate.v1.SeriesReadings.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReadingBatch. */
            type $Shape = tidegate.v1.ReadingBatch.$Properties;
        }

        /**
         * Properties of a SeriesReadings.
         * @deprecated Use tidegate.v1.SeriesReadings.$Properties instead.
         */
        interface ISeriesReadings extends tidegate.v1.SeriesReadings.$Properties {
        }

        /** Represents a SeriesReadings. */
        class SeriesReadings {

            /**
             * Constructs a new SeriesReadings.
             * @param [properties] Properties to set
             */
            constructor(properties?: tidegate.v1.SeriesReadings.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SeriesReadings metric. */
            metric: string;

            /** SeriesReadings unit. */
            unit: string;

            /** SeriesReadings eventTimeUsDeltas. */
            eventTimeUsDeltas: number[];

            /** SeriesReadings numbers. */
            numbers: number[];

            /** SeriesReadings texts. */
            texts: string[];

            /** SeriesReadings booleans. */
            booleans: boolean[];

            /**
             * Encodes the specified SeriesReadings message. Does not implicitly {@link tidegate.v1.SeriesReadings.verify|verify} messages.
             * @param message SeriesReadings message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: tidegate.v1.SeriesReadings.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SeriesReadings message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {tidegate.v1.SeriesReadings & tidegate.v1.SeriesReadings.$Shape} SeriesReadings
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): tidegate.v1.SeriesReadings & tidegate.v1.SeriesReadings.$Shape;
        }

        namespace SeriesReadings {

            /** Properties of a SeriesReadings. */
            interface $Properties {

                /** SeriesReadings metric */
                metric?: (string|null);

                /** SeriesReadings unit */
                unit?: (string|null);

                /** SeriesReadings eventTimeUsDeltas */
                eventTimeUsDeltas?: (number[]|null);

                /** SeriesReadings numbers */
                numbers?: (number[]|null);

                /** SeriesReadings texts */
                texts?: (string[]|null);

                /** SeriesReadings booleans */
                booleans?: (boolean[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SeriesReadings. */
            type $Shape = tidegate.v1.SeriesReadings.$Properties;
        }
    }
}
