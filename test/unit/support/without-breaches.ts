/** Nobody is asked for stolen passwords. */
export const withoutBreaches = {
  breaches: undefined,
  onBreachFailure(error: unknown): never {
    throw error;
  },
};
