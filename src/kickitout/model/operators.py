"""The operators that a graph may have: arithmetic on arrays whose shapes do not depend on their numbers.

What is missing is missing on purpose: loops, branches and functions (no end in sight), operators of other domains (code
of others), random numbers (a kick depends on its seed), and shapes that depend on numbers (`NonZero`, `Unique`).
"""

_MAPS = (
    "Abs Acos Acosh Add And Asin Asinh Atan Atanh Cast CastLike Ceil Celu Clip Cos Cosh Div Elu Equal Erf Exp Floor "
    "Gelu Greater GreaterOrEqual HardSigmoid HardSwish Identity IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean "
    "Min Mish Mod Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Sub "
    "Sum Tan Tanh ThresholdedRelu Where Xor"
)
_SUMS = (
    "ArgMax ArgMin AveragePool BatchNormalization Conv ConvTranspose CumSum Gemm GlobalAveragePool GlobalMaxPool "
    "GroupNormalization InstanceNormalization LayerNormalization LogSoftmax LpNormalization MatMul MaxPool "
    "RMSNormalization ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd "
    "ReduceSum ReduceSumSquare Softmax"
)
_MOVES = (
    "Concat Constant ConstantOfShape DepthToSpace Expand EyeLike Flatten Gather GatherElements OneHot Pad Range "
    "Reshape Resize SequenceAt Shape Size Slice SpaceToDepth Split SplitToSequence Squeeze Tile TopK Transpose Trilu "
    "Unsqueeze"
)

OPERATORS = frozenset(f"{_MAPS} {_SUMS} {_MOVES}".split())
"""By the names that ONNX gives them: what our exporters emit, and its neighbours."""

SHAPE_OPERANDS = {
    "ConstantOfShape": (0,),
    "Expand": (1,),
    "OneHot": (1,),
    "Pad": (1, 3),
    "Range": (0, 1, 2),
    "Reshape": (1,),
    "Resize": (1, 2, 3),
    "SequenceAt": (1,),
    "Slice": (1, 2, 3, 4),
    "Split": (1,),
    "SplitToSequence": (1,),
    "Squeeze": (1,),
    "Tile": (1,),
    "TopK": (1,),
    "Unsqueeze": (1,),
    **{name: (1,) for name in _SUMS.split() if name.startswith("Reduce")},
}
"""The inputs of an operator whose numbers say what shape its outputs have."""

FACTORS = frozenset({"ConstantOfShape", "Expand", "Tile", "Resize"})
"""Operators whose shape operand names the sides of an array, or by how much they grow."""

LENGTHS = frozenset({"OneHot", "Pad", "Range"})
"""Operators whose shape operand names single lengths."""

OF_SHAPES = frozenset({"Shape", "Size"})
"""Operators that look at the shape of an array alone."""
