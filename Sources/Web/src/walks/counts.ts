export function walkCount(count: number): string {
  return count === 1 ? "1 walk" : `${count} walks`;
}
