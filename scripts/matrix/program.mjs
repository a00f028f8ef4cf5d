/** A program that `cinescope run` runs. */
console.log('hello')
