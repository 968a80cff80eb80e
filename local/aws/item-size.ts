/** A value in DynamoDB's JSON: its type's letters and what it holds. */
export type AttributeValue = Readonly<Record<string, unknown>>;

export type Item = Readonly<Record<string, AttributeValue>>;

/**
 * Bytes of an item as DynamoDB counts them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSize(item: Item): number {
  return sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueSize(value)));
}

function valueSize(value: AttributeValue): number {
  const [[type, held] = ['', undefined]] = Object.entries(value);
  switch (type) {
    case 'S':
      return Buffer.byteLength(held as string);
    case 'N':
      return numberSize(held as string);
    case 'B':
      return Buffer.byteLength(held as string, 'base64');
    case 'SS':
      return sum((held as string[]).map((one) => Buffer.byteLength(one)));
    case 'NS':
      return sum((held as string[]).map(numberSize));
    case 'BS':
      return sum((held as string[]).map((one) => Buffer.byteLength(one, 'base64')));
    case 'L':
      return 3 + sum((held as AttributeValue[]).map((one) => 1 + valueSize(one)));
    case 'M':
      return 3 + itemSize(held as Item) + Object.keys(held as Item).length;
    default:
      // BOOL and NULL.
      return 1;
  }
}

/** One byte for two significant digits, one more, and one for the sign. */
function numberSize(text: string): number {
  const [mantissa = ''] = text.toLowerCase().split('e');
  const digits = mantissa.replace(/[^\d]/g, '').replace(/^0+/, '').replace(/0+$/, '');
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
