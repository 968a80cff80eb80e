/**
 * The SDK's default credentials in the bundles. Lambda hands a function the credentials of its role as environment variables.
 * The SDK's chain of profiles, SSO and STS would be a quarter of each bundle, and is of no use there.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
