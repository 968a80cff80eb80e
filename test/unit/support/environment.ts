// The environment that the template gives to every function, for tests that import an entry: import this one first.
Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: 'http://127.0.0.1:1/ws',
  POWERTOOLS_SERVICE_NAME: 'parley-test',
  POWERTOOLS_METRICS_NAMESPACE: 'Parley',
  POWERTOOLS_METRICS_DISABLED: 'true',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  TABLE_NAME: 'parley-test',
  TOKEN_ISSUER: 'parley-test',
  SIGNING_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:parley',
  ACCESS_TOKEN_SECONDS: '1800',
  REFRESH_TOKEN_SECONDS: '86400',
  ALLOWED_ORIGINS: 'https://app.example',
  ROUTES: JSON.stringify([
    ['GET', '/users'],
    ['GET', '/users/{slash+}'],
    ['POST', '/users/register'],
    ['POST', '/users/register/{slash+}'],
    ['GET', '/chat/history/{user_id}'],
  ]),
});
