import { Logger } from '@aws-lambda-powertools/logger';

/** Structured logs; name and level come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL. Never a token, password or message text. */
export const logger = new Logger();
