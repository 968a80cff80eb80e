import { Logger } from '@aws-lambda-powertools/logger';

/** A logger and a counter that remember. */
export function rememberedReporting() {
  const logged: unknown[] = [];
  const counted: string[] = [];
  const logger = new Logger();
  logger.error = (...line) => void logged.push(line);
  return {
    logger,
    count: (name: string) => void counted.push(name),
    logged,
    counted,
    isProof: undefined,
    logsRequests: false,
  };
}
