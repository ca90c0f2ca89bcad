// Feeds what libFuzzer makes up to one of the readers: `fuzz KIND [libFuzzer's options and folders]`.
// `make fuzz` builds it with AddressSanitizer and runs every kind.

import CFuzzer
import Glibc

let names = Target.allCases.map(\.rawValue)
let word = CommandLine.arguments.dropFirst().first ?? ""
if word == "kinds" {
  print(names.joined(separator: "\n"))
  exit(0)
}
guard let chosen = Target(rawValue: word) else {
  print(
    "say what is to be read, one of \(names.joined(separator: ", ")); after it come libFuzzer's options"
  )
  exit(64)
}

// The driver's callback takes no context: a constant of the program.
let target = chosen
var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
// The kind is taken out of what the driver reads.
for index in 1..<Int(count) { arguments[index] = arguments[index + 1] }
count -= 1
var list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = arguments
let ended = LLVMFuzzerRunDriver(&count, &list) { bytes, count in
  target.read(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}
exit(ended)
